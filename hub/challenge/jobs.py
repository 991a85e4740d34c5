"""Work of the challenge that nobody asks for."""

from __future__ import annotations

from hub import clock
from hub.challenge import proof
from hub.database import transaction
from hub.extensions import db
from hub.jobs import schedule


@schedule.every(minutes=30)
def forget_challenges() -> int:
    """Drop the solutions that have expired; the number of those dropped."""
    with transaction(db.session):
        return proof.forget_expired(clock.now())
