"""Finding courses: one by its number, or many with their sites."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from hub.courses import visibility
from hub.courses.models import Course, Kind, Standing
from hub.errors import HubError
from hub.extensions import db


class CourseNotFound(HubError):
    """There is no such course, or none that the asker may see."""

    key = "coursenotfound"
    status = 404

    def __init__(self, course_id: int) -> None:
        super().__init__(f"There is no course {course_id} here. Check the number, or search from the front page.")
        self.course_id = course_id


class CourseGone(HubError):
    """The course was here once."""

    key = "coursegone"
    status = 410

    def __init__(self, course_id: int) -> None:
        super().__init__("This course was here once and has been withdrawn. Search for others from the front page.")
        self.course_id = course_id


def get(course_id: int) -> Course:
    """The course with its site, if everybody may see it; CourseGone for one that was withdrawn or removed."""
    course = find_including_hidden(course_id)
    if course is None:
        raise CourseNotFound(course_id)
    if not course.live:
        raise CourseGone(course_id)
    if not course.listed:
        raise CourseNotFound(course_id)
    return course


def get_including_hidden(course_id: int) -> Course:
    """The course with its site, visible or not, withdrawn or not: for moderators."""
    course = find_including_hidden(course_id)
    if course is None:
        raise CourseNotFound(course_id)
    return course


def find_including_hidden(course_id: int) -> Course | None:
    """The course with its site, if there ever was one of this number."""
    return db.session.scalar(_with_site(sa.select(Course)).where(Course.id == course_id))


def with_sites(ids: Sequence[int]) -> list[Course]:
    """The courses of these numbers with their sites, in the same order; numbers that are gone are left out."""
    found = db.session.scalars(_with_site(sa.select(Course)).where(Course.id.in_(ids)))
    by_id = {course.id: course for course in found}
    return [by_id[each] for each in ids if each in by_id]


def of_site(site_id: int) -> sa.Select[Course]:
    """All live courses of a site, visible or not, in the order in which they came."""
    return visibility.including_hidden().where(Course.site_id == site_id).order_by(Course.id)


def filtered(
    *,
    search: str = "",
    standing: Standing | None = None,
    listed: bool | None = None,
    kind: Kind | None = None,
    site_id: int | None = None,
) -> sa.Select[Course]:
    """Live courses as moderators look for them, with their sites; the newest first."""
    query = _with_site(visibility.including_hidden()).order_by(Course.modified_at.desc(), Course.id.desc())
    for column, wanted in (
        (Course.standing, standing),
        (Course.listed, listed),
        (Course.kind, kind),
        (Course.site_id, site_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return query.where(mentions(search)) if search.strip() else query


def state(course: Course) -> str:
    """How lists name the course's state: removed, withdrawn, waiting, hidden, visible, or shown but not visible."""
    if course.removed_at is not None:
        return "removed"
    if course.withdrawn_at is not None:
        return "withdrawn"
    if course.listed:
        return "visible"
    return course.standing.value if course.standing in (Standing.WAITING, Standing.HIDDEN) else "not visible"


def _with_site(query: sa.Select[Course]) -> sa.Select[Course]:
    return query.options(joinedload(Course.site))


def mentions(words: str) -> sa.ColumnElement[bool]:
    """Whether the words are part of a course's name or description, as one text."""
    columns = (Course.fullname, Course.shortname, Course.description)
    return sa.or_(*(column.icontains(words.strip(), autoescape=True) for column in columns))
