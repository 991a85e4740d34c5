"""What SQLite and PostgreSQL need to behave alike: moments in UTC, honest transactions, one way to commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry, scoped_session

Result = TypeVar("Result")

_RACES = {"40P01", "40001"}  # PostgreSQL's deadlock and serialisation failure

_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Moment(sa.TypeDecorator[datetime]):
    """An aware moment, kept in UTC by every database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone; use clock.now()")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = sa.JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Parent of all rows; names constraints so that migrations can find them again."""

    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: Moment()},
    )


def prepare(engine: Engine) -> None:
    """Make transactions of an SQLite engine real ones; a PostgreSQL engine needs nothing.

    The driver's own guessing about transactions is switched off, and a transaction that will write takes the
    write lock when it begins: a reader that turns writer half-way would be refused whenever another writer was faster.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=20000",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    if _writing.get():
        # It may wait for another writer, and fails as the library's errors do.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("BEGIN")  # cannot fail, and every request that reads does it


def touched(session: Session | scoped_session[Any], statement: sa.Update | sa.Delete) -> int:
    """Carry out a statement that changes rows or deletes them; how many rows it touched."""
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # of changing statements


def writing() -> bool:
    """Whether a transaction that writes is open: what is looked up now must be seen under its lock."""
    return _writing.get()


@contextmanager
def transaction(session: Session | scoped_session[Any]) -> Iterator[None]:
    """One write transaction: committed at the end of the block, undone by any exception. Only edges open one.

    What the session had read before is read anew inside, so that decisions rest on what the transaction sees.
    """
    if _writing.get():
        raise RuntimeError("a transaction is open already; rules never open one, edges open one each")
    session.rollback()
    mark = _writing.set(True)
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(mark)


def retrying(session: Session | scoped_session[Any], act: Callable[[], Result], attempts: int = 3) -> Result:
    """The result of ``act`` in a transaction of its own; begun again when another writer was faster.

    The database decides who was first (a unique constraint, or who waits for whom); the loser decides again and now
    sees the winner's row.
    """
    for remaining in reversed(range(attempts)):
        try:
            with transaction(session):
                return act()
        except (IntegrityError, OperationalError) as error:
            if not remaining or not _lost_a_race(error):
                raise
    raise AssertionError("unreachable")


def _lost_a_race(error: IntegrityError | OperationalError) -> bool:
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in _RACES
