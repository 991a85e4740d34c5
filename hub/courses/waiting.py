"""The queue: courses of which something waits for a moderator."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from hub.courses import versions, visibility
from hub.courses.models import Course, CourseFile, CourseVersion, Standing, VersionState
from hub.extensions import db


def waiting() -> sa.Select[Course]:
    """Live courses that are new, or of which a change or a file waits, with their sites; the longest known first."""
    query = visibility.including_hidden().where(_something_waits())
    return query.options(joinedload(Course.site)).order_by(Course.modified_at, Course.id)


def waiting_count(*which: sa.ColumnElement[bool]) -> int:
    """How many courses wait, of those that ``which`` describes."""
    ids = visibility.including_hidden().with_only_columns(Course.id).where(_something_waits(), *which)
    return db.session.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0


def site_ids() -> sa.Select[int]:
    """The numbers of the sites of which a course waits."""
    return visibility.including_hidden().with_only_columns(Course.site_id).where(_something_waits())


def anything_waits_besides(course: Course) -> bool:
    """Whether something waits of any other course; asked with each publication, so the first one found will do."""
    other = sa.and_(Course.id != course.id, Course.standing != Standing.HIDDEN, visibility.live())
    new = sa.select(Course.id).where(other, Course.standing == Standing.WAITING).exists()
    changed = sa.select(Course.id).join(CourseVersion, CourseVersion.course_id == Course.id)
    sent = sa.select(Course.id).join(CourseFile, CourseFile.course_id == Course.id)
    either = sa.or_(
        new, changed.where(other, versions.waits()).exists(), sent.where(other, CourseFile.waiting).exists()
    )
    return bool(db.session.scalar(sa.select(either)))


def began_after(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether what waits of a course came after this moment."""
    version_came = CourseVersion.state == VersionState.WAITING, CourseVersion.received_at > moment
    file_came = CourseFile.waiting, CourseFile.received_at > moment
    return sa.or_(
        sa.and_(Course.standing == Standing.WAITING, Course.modified_at > moment),
        Course.id.in_(sa.select(CourseVersion.course_id).where(*version_came)),
        Course.id.in_(sa.select(CourseFile.course_id).where(*file_came)),
    )


def _something_waits() -> sa.ColumnElement[bool]:
    # One list of ids from three indexes: as conditions joined by OR they would read the whole table.
    new = sa.select(Course.id).where(Course.standing == Standing.WAITING)
    changed = versions.courses_with_changes()
    ids = sa.union(new, changed).subquery()
    return sa.and_(Course.id.in_(sa.select(ids.c[0])), Course.standing != Standing.HIDDEN)
