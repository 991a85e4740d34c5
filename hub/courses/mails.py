"""The mails about courses."""

from __future__ import annotations

from datetime import timedelta

from hub import clock
from hub.courses import waiting
from hub.courses.models import Course, WaitingNotice
from hub.extensions import db
from hub.mail import outbox

PAUSE = timedelta(hours=1)


def course_waiting(course: Course) -> None:
    """Tell the moderators that a course waits: at once if nothing else does, otherwise at most once an hour."""
    now = clock.now()
    notice = _notice()
    pausing = notice.told_at is not None and now - notice.told_at < PAUSE
    if not (pausing and waiting.anything_waits_besides(course)):
        _tell(notice)


def remind_of_waiting() -> None:
    """Tell of what has come since the last mail, if that is an hour ago: the job that ends the pause."""
    notice = _notice()
    if notice.told_at is None or clock.now() - notice.told_at < PAUSE:
        return
    if waiting.waiting_count(waiting.began_after(notice.told_at)):
        _tell(notice)


def _notice() -> WaitingNotice:
    return db.session.get_one(WaitingNotice, 1, with_for_update=True)


def _tell(notice: WaitingNotice) -> None:
    newest = db.session.scalars(waiting.waiting().order_by(None).order_by(Course.id.desc()).limit(10)).unique().all()
    outbox.queue_to_moderators("course-waiting", courses=newest, count=waiting.waiting_count())
    notice.told_at = clock.now()
