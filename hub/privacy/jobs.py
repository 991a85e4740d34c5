"""The daily round of forgetting."""

from __future__ import annotations

import logging

from hub import clock
from hub.database import transaction
from hub.events.record import Event, job, record
from hub.extensions import db
from hub.jobs import schedule
from hub.privacy import retention

log = logging.getLogger(__name__)

DAILY = 24 * 60


@schedule.every(minutes=DAILY)
def forget_what_is_over() -> dict[str, int]:
    """Forget what each rule says, a transaction each: a rule that breaks does not keep the others from theirs."""
    forgotten = {}
    for rule, before in retention.due(clock.now()):
        with transaction(db.session):
            count = rule.forget(before)
            if count:
                forgotten[rule.name] = count
                record(Event.DATA_FORGOTTEN, None, by=job("forget-what-is-over"), what=rule.name, count=count)
    return forgotten
