"""People in rows: found by a column with their mail address, and taken out by emptying columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from hub.database import Base, touched
from hub.extensions import db


def matching(column: InstrumentedAttribute[str], address: str) -> sa.ColumnElement[bool]:
    """Rows whose column holds this address, however it is capitalised."""
    return sa.func.lower(column) == address


def finder(
    model: type[Base], column: InstrumentedAttribute[str], shown: Sequence[str]
) -> Callable[[str], list[dict[str, Any]]]:
    """What finds the rows of a person, and gives these columns of each."""

    def find(address: str) -> list[dict[str, Any]]:
        columns = [getattr(model, name) for name in shown]
        found = db.session.execute(sa.select(*columns).where(matching(column, address)))
        return [dict(zip(shown, row, strict=True)) for row in found]

    return find


def eraser(model: type[Base], column: InstrumentedAttribute[str], emptied: Mapping[str, Any]) -> Callable[[str], int]:
    """What takes a person out of the rows: these columns get these values."""

    def erase(address: str) -> int:
        emptying = sa.update(model).where(matching(column, address)).values(**emptied)
        return touched(db.session, emptying)

    return erase
