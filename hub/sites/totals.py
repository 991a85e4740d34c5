"""The hub's totals: one row, changed in the transaction that changes what it counts, read without counting."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from hub.events.record import take_turn
from hub.extensions import db
from hub.lookups import Lookup
from hub.sites.models import Totals


def adjust(*, sites: int = 0, enrollable: int = 0, downloadable: int = 0) -> None:
    """Add these differences to the totals."""
    if sites or enrollable or downloadable:
        take_turn()  # events and totals in one order for all writers: otherwise two could wait for each other
        db.session.execute(
            sa.update(Totals).values(
                site_count=Totals.site_count + sites,
                enrollable_count=Totals.enrollable_count + enrollable,
                downloadable_count=Totals.downloadable_count + downloadable,
            )
        )


class Counts(NamedTuple):
    """How many there are now of what visitors can see."""

    site_count: int
    enrollable_count: int
    downloadable_count: int


_READ = Lookup(sa.select(*(getattr(Totals, name) for name in Counts._fields)))


def read() -> Counts:
    """How many live, visible sites and listed courses there are now."""
    (counts,) = _READ.rows()
    return Counts(*counts)
