"""A course's files: which it has, which wait with a change, and how they are numbered.

Screenshots are numbered from 1 without gaps. Files that wait replace or add to the accepted ones when the change that
they came with is approved.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub.courses.models import Course, CourseFile, FileKind
from hub.errors import HubError
from hub.extensions import db
from hub.storage import images, obsolete

MOST_SCREENSHOTS = 10


class FileUnknown(HubError):
    """The course has no such file."""

    key = "filenotfound"
    status = 404

    def __init__(self) -> None:
        super().__init__("The course has no such file.")


def new_key(course_id: int) -> str:
    """A key for a file of the course; none is ever made twice."""
    return f"courses/{course_id}/{secrets.token_hex(16)}"


@dataclass(frozen=True)
class StoredFile:
    """A file that lies in the storage and that nothing names yet."""

    key: str
    size: int
    sha256: str
    content_type: str
    width: int | None = None
    height: int | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys in the storage that belong to it: a screenshot has thumbnails beside it."""
        return (self.key, *(f"{self.key}.{side}" for side in images.THUMBNAILS if self.width is not None))


def backup(course: Course, *, waiting: bool = False) -> CourseFile | None:
    """The accepted backup of the course, or the one that waits; nothing when there is none."""
    return db.session.scalar(sa.select(CourseFile).where(_is(course, FileKind.BACKUP, waiting)))


def screenshots(course: Course, *, waiting: bool = False) -> Sequence[CourseFile]:
    """The accepted screenshots of the course, or those that wait, by number."""
    pictures = sa.select(CourseFile).where(_is(course, FileKind.SCREENSHOT, waiting))
    return db.session.scalars(pictures.order_by(CourseFile.number)).all()


def thumbnail_key(key: str, width: int) -> str:
    """The key of the largest thumbnail that is no wider than ``width``, or of the smallest there is."""
    fitting = [side for side in images.THUMBNAILS if side <= width]
    return f"{key}.{max(fitting, default=min(images.THUMBNAILS))}"


def receive(
    course: Course, kind: FileKind, number: int, stored: StoredFile, *, waits: bool, now: datetime
) -> CourseFile:
    """Give the course a file that is in the storage already; it replaces the one of the same number, if any.

    A screenshot numbered beyond the next one becomes the next one: sites count pictures that they never send.
    """
    if kind is FileKind.SCREENSHOT:
        number = min(number, _next_number(course, waits))
    _give_up(_is(course, kind, waiting=waits), CourseFile.number == number)
    received = CourseFile(
        course_id=course.id,
        kind=kind,
        number=number,
        waiting=waits,
        key=stored.key,
        size=stored.size,
        sha256=stored.sha256,
        content_type=stored.content_type,
        width=stored.width,
        height=stored.height,
        received_at=now,
    )
    db.session.add(received)
    obsolete.keep(stored.keys)
    _note(course)
    return received


def adopt(course: Course, *, without_old_screenshots: bool = False) -> None:
    """Accept the files that wait; each replaces the accepted one of its number."""
    if without_old_screenshots:
        _give_up(_is(course, FileKind.SCREENSHOT, waiting=False))
    waiting = sa.select(CourseFile).where(_is(course, waiting=True)).order_by(CourseFile.number)
    for file in db.session.scalars(waiting).all():
        _give_up(_is(course, file.kind, waiting=False), CourseFile.number == file.number)
        file.waiting = False
        db.session.flush()
    _close_gaps(course)
    _note(course)


def give_up_waiting(course: Course, kind: FileKind | None = None) -> None:
    """Drop the files that wait, or only those of one kind."""
    _give_up(_is(course, kind, waiting=True))


def give_up_screenshots(course: Course) -> None:
    """Drop all screenshots, accepted and waiting."""
    _give_up(_is(course, FileKind.SCREENSHOT))
    _note(course)


def give_up_screenshot(course: Course, number: int) -> None:
    """Drop one accepted screenshot and close the gap; one that is not there is no error."""
    _give_up(_is(course, FileKind.SCREENSHOT, waiting=False), CourseFile.number == number)
    _close_gaps(course)
    _note(course)


def give_up_all(which: sa.ColumnElement[bool]) -> None:
    """Drop every file of the courses that ``which`` describes."""
    _give_up(CourseFile.course_id.in_(sa.select(Course.id).where(which)))
    db.session.execute(
        sa.update(Course).where(which).values(screenshot_count=0, backup_size=None),
        execution_options={"synchronize_session": "fetch"},
    )


def newest_screenshot_counts(which: sa.ColumnElement[bool], *, without_old: Set[int]) -> dict[int, int]:
    """How many screenshots each course will have when what waits is approved: only courses with such a change.

    ``without_old`` are the courses whose change deletes the screenshots that are there.
    """
    chosen = sa.select(Course.id).where(which)
    changing = sa.select(CourseFile.course_id).where(CourseFile.waiting, CourseFile.course_id.in_(chosen))
    pictures = sa.select(CourseFile.course_id, CourseFile.number, CourseFile.waiting).where(
        CourseFile.kind == FileKind.SCREENSHOT, CourseFile.course_id.in_(changing)
    )
    numbers: dict[int, set[int]] = {course_id: set() for course_id in without_old}
    for course_id, number, waiting in db.session.execute(pictures):
        if waiting or course_id not in without_old:
            numbers.setdefault(course_id, set()).add(number)
    return {course_id: len(kept) for course_id, kept in numbers.items()}


def _next_number(course: Course, waits: bool) -> int:
    among = _is(course, FileKind.SCREENSHOT) if waits else _is(course, FileKind.SCREENSHOT, waiting=False)
    highest = db.session.scalar(sa.select(sa.func.max(CourseFile.number)).where(among)) or 0
    return min(highest + 1, MOST_SCREENSHOTS)


def _is(course: Course, kind: FileKind | None = None, waiting: bool | None = None) -> sa.ColumnElement[bool]:
    conditions = [CourseFile.course_id == course.id]
    if kind is not None:
        conditions.append(CourseFile.kind == kind)
    if waiting is not None:
        conditions.append(CourseFile.waiting.is_(waiting))
    return sa.and_(*conditions)


def _give_up(*which: sa.ColumnElement[bool]) -> None:
    obsolete.give_up(sa.select(CourseFile.key).where(*which))
    for side in images.THUMBNAILS:
        pictured = (*which, CourseFile.kind == FileKind.SCREENSHOT)
        obsolete.give_up(sa.select(CourseFile.key + f".{side}").where(*pictured))
    db.session.execute(sa.delete(CourseFile).where(*which), execution_options={"synchronize_session": "fetch"})


def _close_gaps(course: Course) -> None:
    for number, file in enumerate(screenshots(course), start=1):
        if file.number != number:
            file.number = number
            db.session.flush()


def _note(course: Course) -> None:
    """Keep the course's own figures about its files in step."""
    db.session.flush()
    pictures = sa.select(sa.func.count()).where(_is(course, FileKind.SCREENSHOT, waiting=False))
    course.screenshot_count = db.session.scalar(pictures) or 0
    course.backup_size = db.session.scalar(
        sa.select(CourseFile.size).where(_is(course, FileKind.BACKUP, waiting=False))
    )
    db.session.flush()
