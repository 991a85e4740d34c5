"""The job of the search: keeping its index small and fast."""

from __future__ import annotations

from hub.database import transaction
from hub.extensions import db
from hub.jobs.schedule import every
from hub.search import backends


@every(minutes=30)
def tidy_search_index() -> None:
    """Put together what many small changes left in pieces."""
    with transaction(db.session):
        backends.current().tidy()
