"""Whether this process can do its work: the database answers, and has the tables that this version expects."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from hub.extensions import db

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def obstacle() -> str:
    """What keeps the hub from working, with advice; empty text when nothing does."""
    try:
        heads = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    except SQLAlchemyError:
        db.session.rollback()
        return "The database does not answer. Check HUB_DATABASE_URL and the database server."
    if heads != _expected():
        return "The database has the tables of another version. Run: hub upgrade"
    return ""


@cache
def _expected() -> frozenset[str]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return frozenset(ScriptDirectory.from_config(config).get_heads())
