"""What is forgotten about people after a while."""

from __future__ import annotations

from hub.accounts import resets, sessions
from hub.database import transaction
from hub.extensions import db
from hub.jobs import schedule


@schedule.every(minutes=24 * 60)
def forget_sessions() -> None:
    """Drop the addresses and browsers of sessions that ended a month ago, and links that are long over."""
    with transaction(db.session):
        sessions.forget_ended()
        resets.forget_old()
