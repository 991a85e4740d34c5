"""Small look-ups that every request makes: prebuilt, of text and numbers only, at a tenth of a session's price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import OperationalError

from hub.database import writing
from hub.extensions import db


class Lookup:
    """A statement whose columns are text, numbers or yes and no, as every driver hands them out by itself."""

    def __init__(self, statement: sa.Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._compiled: dict[str, sa.engine.interfaces.Compiled] = {}

    def rows(self, **parameters: str) -> Sequence[Sequence[Any]]:
        """What it finds.

        A transaction asks its session, to see what it has written and what its lock protects; otherwise the driver
        answers on a connection of its own, which is given back at once.
        """
        if writing() or (db.session.registry.has() and db.session().in_transaction()):
            return db.session.execute(self._statement, parameters).all()
        return self._asked_of_the_driver(parameters)

    def _asked_of_the_driver(self, parameters: Mapping[str, str]) -> Sequence[Sequence[Any]]:
        engine = db.engine
        text, arguments = self._in_words_of(engine.dialect, parameters)
        try:
            with closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(text, arguments)
                return cursor.fetchall()
        except engine.dialect.loaded_dbapi.Error as error:
            raise OperationalError(text, None, error) from error

    def _in_words_of(self, dialect: Dialect, parameters: Mapping[str, str]) -> tuple[str, Any]:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._statement.compile(dialect=dialect)
        if not isinstance(compiled, sa.sql.compiler.SQLCompiler) or compiled.positiontup is None:
            return str(compiled), dict(parameters)
        return compiled.string, [parameters[name] for name in compiled.positiontup]
