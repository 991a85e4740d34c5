"""What is forgotten about people after a while."""

from __future__ import annotations

from hub.accounts import invitations, resets, sessions
from hub.database import transaction
from hub.extensions import db
from hub.jobs import schedule


@schedule.every(minutes=24 * 60)
def forget_sessions() -> None:
    """Drop sessions, mailed links and invitations that ended a month ago, with the addresses in them."""
    with transaction(db.session):
        sessions.forget_ended()
        resets.forget_old()
        invitations.forget_old()
