"""Work of registration that nobody asks for."""

from __future__ import annotations

from hub import clock
from hub.database import transaction
from hub.extensions import db
from hub.jobs import schedule
from hub.registration import replacing


@schedule.every(minutes=60)
def expire_attempts() -> None:
    """End the attempts on taken URLs that nobody decided within a week."""
    with transaction(db.session):
        replacing.expire_all(clock.now())
