"""Work of registration that nobody asks for."""

from __future__ import annotations

from functools import partial

from hub import clock
from hub.database import retrying, transaction
from hub.extensions import db
from hub.jobs import schedule
from hub.registration import moving, replacing


@schedule.every(minutes=60)
def expire_attempts() -> None:
    """End the attempts on taken URLs that nobody decided within a week."""
    with transaction(db.session):
        replacing.expire_all(clock.now())


@schedule.every(minutes=60)
def expire_moves() -> None:
    """End the moves that nobody decided within two weeks; one transaction each."""
    now = clock.now()
    for move_id in moving.overdue(now):
        retrying(db.session, partial(moving.expire, move_id, now))
