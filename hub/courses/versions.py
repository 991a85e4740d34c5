"""Changes that wait: what an untrusted site published over an approved listing, until a moderator decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.courses import files
from hub.courses.details import TEXT_COLUMNS, CourseDetails
from hub.courses.models import Course, CourseFile, CourseText, CourseVersion, FileKind, Standing, VersionState
from hub.extensions import db
from hub.sites.models import Site

# Literal, because SQLite uses a partial index only when it sees the value.
_WAITING = CourseVersion.state == sa.literal_column("'WAITING'")


def waits() -> sa.ColumnElement[bool]:
    """Whether a version waits."""
    return _WAITING


def find_waiting(course: Course) -> CourseVersion | None:
    """The version of the course that waits, if there is one."""
    return db.session.scalar(sa.select(CourseVersion).where(CourseVersion.course_id == course.id, _WAITING))


def waiting_of(course_ids: Sequence[int]) -> dict[int, CourseVersion]:
    """The waiting versions of these courses, by course."""
    return waiting_where(Course.id.in_(course_ids))


def waiting_where(which: sa.ColumnElement[bool]) -> dict[int, CourseVersion]:
    """The waiting versions of the courses that ``which`` describes, by course."""
    chosen = CourseVersion.course_id.in_(sa.select(Course.id).where(which))
    found = db.session.scalars(sa.select(CourseVersion).where(_WAITING, chosen))
    return {version.course_id: version for version in found}


def courses_with_changes() -> sa.Select[int]:
    """The ids of courses of which a version or a file waits."""
    versions = sa.select(CourseVersion.course_id).where(_WAITING)
    waiting_files = sa.select(CourseFile.course_id).where(CourseFile.waiting)
    both = sa.union(versions, waiting_files).subquery()
    return sa.select(both.c[0])


def changed_among(course_ids: Sequence[int]) -> set[int]:
    """Those of these courses of which a version or a file waits."""
    asked = sa.select(Course.id).where(Course.id.in_(course_ids), Course.id.in_(courses_with_changes()))
    return set(db.session.scalars(asked))


def text_of(listing: CourseText) -> dict[str, Any]:
    """The text of a course or version, by column."""
    return {name: getattr(listing, name) for name in TEXT_COLUMNS}


def must_wait(course: Course, site: Site) -> bool:
    """Whether what the site sends now has to wait: approval covers what was there, trust what comes."""
    return course.standing in (Standing.SHOWN, Standing.TRUSTED) and not site.trust_in_force


def differs(course: Course, details: CourseDetails) -> bool:
    """Whether approving the details would change what visitors see of the course."""
    return details.text != text_of(course) or (details.delete_screenshots and course.screenshot_count > 0)


def hold(course: Course, details: CourseDetails, *, now: datetime) -> CourseVersion:
    """Let the details wait, in place of those that waited before; files that wait already go with them."""
    before = find_waiting(course)
    if details.delete_screenshots:
        files.give_up_waiting(course, FileKind.SCREENSHOT)
    supersede(Course.id == course.id)
    version = CourseVersion(
        course_id=course.id,
        number=_next_number(course),
        state=VersionState.WAITING,
        received_at=now,
        deletes_screenshots=details.delete_screenshots or (before is not None and before.deletes_screenshots),
        **details.text,
    )
    db.session.add(version)
    db.session.flush()
    return version


def supersede(which: sa.ColumnElement[bool]) -> None:
    """What waited of these courses waits no more: their site sent something newer, or the courses are gone."""
    _decide(sa.and_(CourseVersion.course_id.in_(sa.select(Course.id).where(which)), _WAITING), VersionState.SUPERSEDED)


def adopt(course: Course) -> CourseVersion | None:
    """Make what waits the approved listing: its text, then its files. Gives the version, if one waited."""
    version = find_waiting(course)
    if version is not None:
        for name, value in text_of(version).items():
            setattr(course, name, value)
        course.modified_at = version.received_at
        current = sa.and_(CourseVersion.course_id == course.id, CourseVersion.state == VersionState.CURRENT)
        _decide(current, VersionState.SUPERSEDED)
        _decide(CourseVersion.id == version.id, VersionState.CURRENT)
    files.adopt(course, without_old_screenshots=version is not None and version.deletes_screenshots)
    return version


def refuse(course: Course) -> CourseVersion | None:
    """Drop what waits, text and files; the approved listing stays as it is. Gives the version, if one waited."""
    version = find_waiting(course)
    if version is not None:
        _decide(CourseVersion.id == version.id, VersionState.REFUSED)
    files.give_up_waiting(course)
    return version


def adopt_all_of(site: Site) -> list[int]:
    """Make what waits of this site's courses the approved listings: the site is trusted now. Gives their ids."""
    waiting = sa.select(Course).where(Course.site_id == site.id, Course.id.in_(courses_with_changes()))
    courses = db.session.scalars(waiting).all()
    for course in courses:
        adopt(course)
    return [course.id for course in courses]


def _decide(which: sa.ColumnElement[bool], state: VersionState) -> None:
    db.session.execute(
        sa.update(CourseVersion).where(which).values(state=state, decided_at=clock.now()),
        execution_options={"synchronize_session": "fetch"},
    )


def _next_number(course: Course) -> int:
    highest = sa.select(sa.func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
    return (db.session.scalar(highest) or 0) + 1
