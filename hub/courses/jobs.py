"""The job of the courses: reminding moderators of what waits."""

from __future__ import annotations

from hub.courses import mails
from hub.database import transaction
from hub.extensions import db
from hub.jobs.schedule import every


@every(minutes=10)
def remind_of_waiting_courses() -> None:
    """Tell the moderators what has come since they were last told, at most once an hour."""
    with transaction(db.session):
        mails.remind_of_waiting()
