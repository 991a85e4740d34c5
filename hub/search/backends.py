"""Which database's full text is asked: one module for each, all with the same functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from hub.extensions import db
from hub.search import postgresql, sqlite
from hub.search.criteria import Order
from hub.search.entries import Entry
from hub.search.tokens import Wanted


class Backend(Protocol):
    """What search needs of a database. The number of statements of a call is constant."""

    def search(
        self, order: Order, tiers: Sequence[Wanted], offset: int, limit: int, most: int
    ) -> tuple[list[int], int]:
        """The ids of this page, and how many there are, counted no further than ``most``.

        Tier by tier, in each prioritised sites first, then newest, when no order is chosen. The other orders know one
        tier and no priority, and end in the id.
        """

    def replace(self, course_ids: Sequence[int], entries: Sequence[Entry]) -> None:
        """Put these entries where whatever there was of these courses."""

    def tidy(self) -> None:
        """Let the index be small and fast again after many changes."""


def current() -> Backend:
    """The backend of the database in use."""
    return cast(Backend, sqlite if db.engine.dialect.name == "sqlite" else postgresql)
