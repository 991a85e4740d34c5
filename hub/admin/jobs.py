"""Work of the moderators' rooms that nobody asks for."""

from __future__ import annotations

from hub import clock
from hub.admin import undoing
from hub.database import transaction
from hub.extensions import db
from hub.jobs import schedule


@schedule.every(minutes=60)
def forget_done_acts() -> int:
    """Drop what was noted about acts that can no longer be undone, some at a time; how many there were."""
    gone = 0
    while forgotten := _some():
        gone += forgotten
    return gone


def _some() -> int:
    with transaction(db.session):
        return undoing.forget(clock.now())
