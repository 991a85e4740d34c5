"""What moderators do with courses: approve, refuse, show, hide, edit, remove; one or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.courses import details, files, listing, versions, visibility
from hub.courses.models import Course, Standing
from hub.courses.waiting import waiting
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.sites.models import Site

EDITABLE = (
    "fullname",
    "shortname",
    "description",
    "language",
    "publisher_name",
    "publisher_email",
    "creator_name",
    "contributor_names",
    "coverage",
    "licence",
    "subject",
    "audience",
    "educational_level",
    "creator_notes",
    "course_url",
    "demo_url",
)


def approve(course: Course, *, by: Actor, reason: str = "") -> None:
    """Show the course as its site published it last: what waits of it, text and files, becomes what visitors see."""
    approve_all([course], by=by, reason=reason)


def approve_all(courses: Sequence[Course], *, by: Actor, reason: str = "") -> None:
    """Approve each of these courses."""
    _require_live(*courses)
    changed = versions.changed_among([course.id for course in courses])
    for course in courses:
        _adopt(course, by, reason, changed=course.id in changed)
    show_all(courses, by=by, reason=reason)


def refuse(course: Course, *, by: Actor, reason: str = "") -> None:
    """Refuse what waits: a change, so that the approved listing stays; or the whole course, which is then hidden."""
    _require_live(course)
    if course.standing is not Standing.WAITING:
        version = versions.refuse(course)
        record(Event.COURSE_CHANGE_REFUSED, course, by=by, reason=reason, version=version.number if version else None)
    else:
        visibility.hide(course, by=by, reason=reason)


def refuse_all(courses: Sequence[Course], *, by: Actor, reason: str = "") -> None:
    """Refuse what waits of each of these courses."""
    for course in courses:
        refuse(course, by=by, reason=reason)


def show(course: Course, *, by: Actor, reason: str = "") -> None:
    """Let visitors see the course; a change that waits goes on waiting."""
    show_all([course], by=by, reason=reason)


def show_all(courses: Sequence[Course], *, by: Actor, reason: str = "") -> None:
    """Show each of these courses, as one decision."""
    _require_live(*courses)
    visibility.decide(courses, Standing.SHOWN, by=by, reason=reason)


def hide(course: Course, *, by: Actor, reason: str = "") -> None:
    """Hide the course until a moderator shows it again."""
    hide_all([course], by=by, reason=reason)


def hide_all(courses: Sequence[Course], *, by: Actor, reason: str = "") -> None:
    """Hide each of these courses, as one decision."""
    _require_live(*courses)
    visibility.decide(courses, Standing.HIDDEN, by=by, reason=reason)


def edit(course: Course, changes: Mapping[str, Any], *, by: Actor) -> None:
    """Correct the listing (columns in EDITABLE). The site's next change writes over it, if it is approved."""
    _require_live(course)
    written = {name: value for name, value in changes.items() if name in EDITABLE}
    new = {
        name: value
        for name, value in details.cleaned(written, course.creator_notes_format).items()
        if getattr(course, name) != value
    }
    if not new:
        return
    old = {name: getattr(course, name) for name in new}
    for name, value in new.items():
        setattr(course, name, value)
    record(Event.COURSE_EDITED, course, by=by, old=old, new=new)
    if course.listed:
        visibility.tell([course.id])


def remove_screenshot(course: Course, number: int, *, by: Actor, reason: str = "") -> None:
    """Take one screenshot away; the following ones move up."""
    _require_live(course)
    files.give_up_screenshot(course, number)
    record(Event.FILE_REMOVED, course, by=by, number=number, reason=reason)


def remove(course: Course, *, by: Actor, reason: str = "") -> None:
    """Take the course and its files away; if its site publishes it again, a moderator decides."""
    remove_all([course], by=by, reason=reason)


def remove_all(courses: Sequence[Course], *, by: Actor, reason: str = "") -> None:
    """Remove each of these courses; those that are gone already are left alone."""
    live = [course for course in courses if course.live]
    visibility.hold([course.id for course in live])
    for course in live:
        record(Event.COURSE_REMOVED, course, by=by, fullname=course.fullname, reason=reason)
    _remove(Course.id.in_([course.id for course in live]))


def remove_all_of(site: Site, *, by: Actor, reason: str = "") -> None:
    """Remove every course of a site that is removed."""
    remove_all(db.session.scalars(listing.of_site(site.id)).all(), by=by, reason=reason)


def _adopt(course: Course, by: Actor, reason: str, *, changed: bool) -> None:
    version = versions.adopt(course)
    if changed and course.standing is Standing.SHOWN:  # of any other the event is that it is shown
        number = version.number if version else None
        record(Event.COURSE_CHANGE_APPROVED, course, by=by, reason=reason, version=number)
    visibility.refresh(Course.id == course.id)
    if course.listed:
        visibility.tell([course.id])


def _remove(which: sa.ColumnElement[bool]) -> None:
    versions.supersede(which)
    files.give_up_all(which)
    db.session.execute(
        sa.update(Course).where(which).values(removed_at=clock.now()),
        execution_options={"synchronize_session": "fetch"},
    )
    visibility.refresh(which)


def _require_live(*courses: Course) -> None:
    visibility.hold([course.id for course in courses])
    for course in courses:
        if not course.live:
            raise listing.CourseGone(course.id)


__all__ = [
    "EDITABLE",
    "approve",
    "approve_all",
    "edit",
    "hide",
    "hide_all",
    "refuse",
    "refuse_all",
    "remove",
    "remove_all",
    "remove_all_of",
    "remove_screenshot",
    "show",
    "show_all",
    "waiting",
]
