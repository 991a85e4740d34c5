"""What a site does with its courses: publish, publish again, withdraw."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from hub import clock
from hub.courses import files, mails, quota, versions, visibility
from hub.courses.details import CourseDetails
from hub.courses.models import Course, Kind, Standing
from hub.errors import HubError
from hub.events.record import TRUST, Event, record
from hub.extensions import db
from hub.settings import declared, emergency
from hub.sites.models import Site


class CourseOfAnotherSite(HubError):
    """A site wants to change a course that is not its own."""

    key = "triedtounregisteracourseforwrongsite"
    status = 403

    def __init__(self, course_id: int) -> None:
        super().__init__(
            f"The course {course_id} was published by another site, so this site cannot withdraw it. "
            "Nothing was changed; leave its number out."
        )
        self.course_id = course_id


def publish(site: Site, details: CourseDetails, *, now: datetime) -> Course:
    """The listing of this course, new or changed.

    Advertising a course again changes its listing, even one that was withdrawn; sharing it again makes a new one.
    Of an untrusted site, what is new or changed waits for a moderator. Raises the errors of ``quota``; a change of
    a listing that is there does not count.
    """
    known = _find_known(site, details)
    if known is None:
        course = _publish_first(site, details, now)
    elif not known.live:
        course = _publish_anew(known, site, details, now)
    elif versions.must_wait(known, site):
        course = _hold(known, site, details, now)
    else:
        course = _change(known, site, details, now)
    return course


def unpublish(course: Course) -> None:
    """Withdraw the course for its site, with its files; one that is withdrawn already stays so."""
    if not course.live:
        return
    _withdraw(Course.id == course.id)
    record(Event.COURSE_UNPUBLISHED, course, by=course.site, fullname=course.fullname)


def withdraw_all_of(site: Site) -> None:
    """Withdraw every course of a site that leaves."""
    _withdraw(Course.site_id == site.id)


def set_aside_all_of(site: Site, now: datetime) -> None:
    """Withdraw every course of a site that is removed, with all that belongs to them kept for a while."""
    _mark_withdrawn(Course.site_id == site.id, now)


def bring_back_all_of(site: Site, set_aside_at: datetime) -> None:
    """Let the courses that were set aside at that moment be as they were."""
    theirs = sa.and_(Course.site_id == site.id, Course.withdrawn_at == set_aside_at)
    db.session.execute(
        sa.update(Course).where(theirs).values(withdrawn_at=None), execution_options={"synchronize_session": "fetch"}
    )


def give_up_all_of(site_id: int, set_aside_at: datetime) -> None:
    """Nobody brings these courses back any more: what was kept of those that are still withdrawn goes."""
    theirs = sa.and_(Course.site_id == site_id, Course.withdrawn_at == set_aside_at)
    versions.supersede(theirs)
    files.give_up_all(theirs)


def left(site: Site, now: datetime) -> int | None:
    """How many more courses the site may publish now; empty when there is no limit."""
    return _quota(site, now).left


def _withdraw(which: sa.ColumnElement[bool]) -> None:
    versions.supersede(which)
    files.give_up_all(which)
    _mark_withdrawn(which, clock.now())


def _mark_withdrawn(which: sa.ColumnElement[bool], now: datetime) -> None:
    db.session.execute(
        sa.update(Course).where(which, visibility.live()).values(withdrawn_at=now),
        execution_options={"synchronize_session": "fetch"},
    )
    visibility.refresh(which)


def _find_known(site: Site, details: CourseDetails) -> Course | None:
    if details.kind is not Kind.ENROLLABLE:
        return None
    same = sa.and_(Course.site_id == site.id, Course.course_id_on_site == details.course_id_on_site)
    return db.session.scalar(sa.select(Course).where(same, Course.kind == Kind.ENROLLABLE).with_for_update())


def _quota(site: Site, now: datetime) -> quota.Quota:
    recent = sa.select(Course.published_at).where(Course.site_id == site.id, Course.published_at > now - quota.WINDOW)
    return quota.Quota(
        quota.maximum(site.publications_a_day, declared.current("maxcoursesperday")),
        db.session.scalars(recent.order_by(Course.published_at)).all(),
    )


def _publish_first(site: Site, details: CourseDetails, now: datetime) -> Course:
    emergency.require_new_courses()
    _quota(site, now).require_one(now)
    course = Course(
        site=site,
        course_id_on_site=details.course_id_on_site,
        kind=details.kind,
        published_at=now,
        modified_at=now,
        withdrawn_at=None,  # named, as updates of many rows reach only what the session has seen of this one
        removed_at=None,
        backup_size=None,
        **details.text,
    )
    db.session.add(course)
    db.session.flush()
    record(Event.COURSE_PUBLISHED, course, by=site, fullname=course.fullname, kind=course.kind.value)
    _show_or_wait(course, site)
    return course


def _publish_anew(course: Course, site: Site, details: CourseDetails, now: datetime) -> Course:
    """A course that was withdrawn or removed is back; one that a moderator took away needs a moderator."""
    emergency.require_new_courses()
    _quota(site, now).require_one(now)
    removed = course.removed_at is not None
    course.withdrawn_at = course.removed_at = None
    course.published_at = now
    if course.standing is not Standing.HIDDEN:
        course.standing = Standing.WAITING
    _write(course, details, now)
    record(Event.COURSE_PUBLISHED, course, by=site, fullname=course.fullname, kind=course.kind.value)
    if removed:
        mails.course_waiting(course)
    else:
        _show_or_wait(course, site)
    return course


def _hold(course: Course, site: Site, details: CourseDetails, now: datetime) -> Course:
    if not versions.differs(course, details):
        versions.supersede(Course.id == course.id)
        return course
    version = versions.hold(course, details, now=now)
    record(Event.COURSE_CHANGE_WAITS, course, by=site, fullname=details.fullname, version=version.number)
    mails.course_waiting(course)
    return course


def _change(course: Course, site: Site, details: CourseDetails, now: datetime) -> Course:
    versions.supersede(Course.id == course.id)
    if details.delete_screenshots:
        files.give_up_screenshots(course)
    _write(course, details, now)
    record(Event.COURSE_UPDATED, course, by=site, fullname=course.fullname)
    if course.standing is Standing.WAITING and site.trust_in_force:
        visibility.show(course, by=TRUST)
    elif course.listed:
        visibility.tell([course.id])
    return course


def _write(course: Course, details: CourseDetails, now: datetime) -> None:
    for name, value in details.text.items():
        setattr(course, name, value)
    course.modified_at = now


def _show_or_wait(course: Course, site: Site) -> None:
    if course.standing is not Standing.WAITING:
        return
    if site.trust_in_force:
        visibility.show(course, by=TRUST)
    else:
        mails.course_waiting(course)
