"""The daily look through the event log, the hub's signature under it, and what is forgotten of it."""

from __future__ import annotations

import logging

from hub.database import transaction
from hub.events import checkpoints, retention, verifying
from hub.extensions import db
from hub.jobs import schedule
from hub.privacy.retention import keep

log = logging.getLogger(__name__)

JOB = "check-events"
DAILY = 24 * 60

keep("details of events", "keepeventdetails", retention.forget_details)
keep("events", "keepevents", retention.remove)


@schedule.every(minutes=DAILY, name=JOB)
def check_events() -> int:
    """Verify the log, then sign it; the number of problems. Into the process's own log goes the same, in safety."""
    with transaction(db.session):
        found = verifying.look_through()
        head = checkpoints.note_head()
        checkpoints.thin_out()
        problems, signed = found.problem_count, head and (head.event_id, head.hash)
    if problems:
        log.error("the event log is broken: %s problems; see hub events verify", problems)
    if signed:
        log.info("the event log ends with event %s, hash %s", *signed)
    return problems
