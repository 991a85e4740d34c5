"""Pages: a slice of what was found, its position and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa

from hub.extensions import db

Item = TypeVar("Item")

SIZE = 10


@dataclass(frozen=True)
class Page(Generic[Item]):
    """A slice: ``items`` from ``offset`` on, of ``total`` in all; ``total_is_floor`` means "more than total"."""

    items: Sequence[Item]
    offset: int
    size: int
    total: int
    total_is_floor: bool = False

    @property
    def number(self) -> int:
        """The page's number, from 0."""
        return self.offset // self.size

    @property
    def has_previous(self) -> bool:
        return self.offset > 0

    @property
    def has_next(self) -> bool:
        return (self.total_is_floor and len(self.items) == self.size) or self.offset + len(self.items) < self.total


def page_of(query: sa.Select[Item], number: int, size: int = SIZE) -> Page[Item]:
    """Page ``number`` (from 0) of the query, with the exact total: two statements."""
    number = max(0, number)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    items = db.session.scalars(query.offset(number * size).limit(size)).all()
    return Page(items, number * size, size, total)
