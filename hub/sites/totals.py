"""The hub's totals: one row, changed in the transaction that changes what it counts, read without counting."""

from __future__ import annotations

import sqlalchemy as sa

from hub.extensions import db
from hub.sites.models import Totals


def adjust(*, sites: int = 0, enrollable: int = 0, downloadable: int = 0) -> None:
    """Add these differences to the totals."""
    if sites or enrollable or downloadable:
        db.session.execute(
            sa.update(Totals).values(
                site_count=Totals.site_count + sites,
                enrollable_count=Totals.enrollable_count + enrollable,
                downloadable_count=Totals.downloadable_count + downloadable,
            )
        )


def read() -> Totals:
    """How many live, visible sites and listed courses there are now."""
    return db.session.get_one(Totals, 1, populate_existing=True)
