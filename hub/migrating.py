"""Brings the database to this version's tables; two that try at once take turns."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

import flask_migrate
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from hub.extensions import db, migrate

_LOCK = 4_873_203  # an arbitrary number: lets one upgrade at a time pass on PostgreSQL


def upgrade() -> list[str]:
    """Carry out the migrations that the database lacks, also all of them on an empty one; their names, eldest first."""
    with _turn():
        script = ScriptDirectory.from_config(migrate.get_config())
        missing = [step.revision for step in script.iterate_revisions("heads", _present() or "base")]
        if missing:
            flask_migrate.upgrade(revision="heads")
        return missing[::-1]


def _present() -> tuple[str, ...]:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads()


@contextmanager
def _turn() -> Iterator[None]:
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK)))
            yield
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK)))
    else:
        with (current_app.config["DATA_FOLDER"] / "upgrade.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed, by whatever end
            yield
