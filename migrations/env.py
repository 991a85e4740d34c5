"""Alembic's environment: the application's engine and models."""

from __future__ import annotations

from alembic import context
from flask import current_app

from hub.extensions import db

SEARCH_TABLES = ("course_index",)  # SQLite keeps its full-text index in tables that no model describes


def _described(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not str(name).startswith(SEARCH_TABLES)


def _run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    with current_app.extensions["migrate"].db.engine.connect() as fresh:
        _migrate(fresh)


def _migrate(connection: object) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        include_name=_described,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
