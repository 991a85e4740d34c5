"""The environment, examined: the page for administrators, the command, and what the process and database need."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy.exc import SQLAlchemyError

from hub import readiness
from hub.environment import admin, cli, process
from hub.environment.requirements import Finding, add, failed, good
from hub.extensions import db

OLDEST = {"sqlite": (3, 35), "postgresql": (13,)}


def init_app(app: Flask) -> None:
    """Open the page and register the command."""
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.check)


def _database() -> Finding:
    try:
        with db.engine.connect() as connection:
            name, version = connection.dialect.name, connection.dialect.server_version_info or ()
            connection.execute(sa.text("SELECT 1"))
    except SQLAlchemyError as error:
        return failed(_answer(error), _("Check HUB_DATABASE_URL, and that the database server runs."))
    if name == "sqlite":
        version = sqlite3.sqlite_version_info
    found = f"{'SQLite' if name == 'sqlite' else 'PostgreSQL'} {'.'.join(map(str, version))}"
    if tuple(version) < OLDEST[name]:
        return failed(found, _("Use version %(wanted)s or newer.", wanted=".".join(map(str, OLDEST[name]))))
    return good(found)


def _migrations() -> Finding:
    obstacle = readiness.obstacle()
    db.session.rollback()
    if obstacle:
        return failed(_("The tables are not those of this version."), obstacle)
    return good(_("The tables are those of this version."))


def _answer(error: SQLAlchemyError) -> str:
    """What the database said, in one line."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return str(_("The database does not answer: %(cause)s", cause=lines[0] if lines else type(error).__name__))


add("database", lazy("Database"), _database, position=20)
add("migrations", lazy("Tables"), _migrations, position=21)

__all__ = ["init_app", "process"]
