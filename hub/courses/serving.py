"""Files that are fetched: which one is meant, and whether this visitor may have it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import sqlalchemy as sa

from hub.courses import bearers, files
from hub.courses.files import FileUnknown
from hub.courses.models import Course, CourseFile, FileKind
from hub.extensions import db
from hub.settings import declared

LONGEST_NAME = 100


@dataclass(frozen=True)
class Viewer:
    """Who asks for a file."""

    moderator: bool = False
    signed_in: bool = False
    token: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which file is asked for; no width means the original, ``waiting`` the file that a moderator has not decided."""

    course_id: int
    kind: FileKind
    number: int = 0
    width: int | None = None
    waiting: bool = False

    @classmethod
    def parse(cls, asked: Mapping[str, str]) -> Wanted:
        """The file that an address asks for; FileUnknown for an address that means none."""
        kind = asked.get("filetype", "")
        if kind not in tuple(FileKind):
            raise FileUnknown()
        picture = kind == FileKind.SCREENSHOT
        return cls(
            course_id=_number(asked.get("courseid", "")),
            kind=FileKind(kind),
            number=_number(asked.get("screenshotnumber", "1")) if picture else 0,
            width=_width(asked.get("imagewidth", "")) if picture else None,
            waiting=asked.get("waiting") == "1",
        )


@dataclass(frozen=True)
class Served:
    """A file to hand out: its key in the storage, and how to call it."""

    course_id: int
    key: str
    content_type: str
    etag: str
    attachment_name: str | None  # of a backup; pictures are shown, not saved

    @property
    def disposition(self) -> str:
        """The header that names the file: plainly for old clients, and as it is for the others."""
        if self.attachment_name is None:
            return "inline"
        nameless = f"course-{self.course_id}"
        plain = unicodedata.normalize("NFKD", self.attachment_name).encode("ascii", "ignore").decode()
        safe = re.sub(r"[^A-Za-z0-9._ -]", "_", plain).strip(" .") or nameless
        full = quote(self.attachment_name or nameless, safe="")
        return f"attachment; filename=\"{safe}.mbz\"; filename*=UTF-8''{full}.mbz"


def find(wanted: Wanted, viewer: Viewer) -> Served:
    """The file, if it is there and the viewer may have it; FileUnknown in either case otherwise."""
    row = db.session.execute(
        sa.select(CourseFile, Course.listed, Course.shortname)
        .join(Course, Course.id == CourseFile.course_id)
        .where(
            CourseFile.course_id == wanted.course_id,
            CourseFile.kind == wanted.kind,
            CourseFile.number == wanted.number,
            CourseFile.waiting.is_(wanted.waiting),
        )
    ).first()
    if row is None or not _may_have(wanted, viewer, listed=row.listed):
        raise FileUnknown()
    return _served(row.CourseFile, row.shortname, wanted.width)


def _may_have(wanted: Wanted, viewer: Viewer, *, listed: bool) -> bool:
    if viewer.moderator:
        return True
    if wanted.waiting or not listed or not declared.current("hubenabled"):
        return False
    return declared.current("privacy") != "private" or viewer.signed_in or bearers.known(viewer.token)


def _served(file: CourseFile, shortname: str, width: int | None) -> Served:
    thumbnail = width is not None
    return Served(
        course_id=file.course_id,
        key=files.thumbnail_key(file.key, width) if width is not None else file.key,
        content_type=file.content_type,
        etag=f"{file.sha256[:32]}-{width}" if thumbnail else file.sha256[:32],
        attachment_name=_name(shortname) if file.kind is FileKind.BACKUP else None,
    )


def _name(shortname: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f/\\]+", " ", shortname).strip(" .")[:LONGEST_NAME]


def _number(written: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", written):
        raise FileUnknown()
    return int(written)


def _width(written: str) -> int | None:
    """The original's parameter: ``original``, or a number that we take for one of our own sizes."""
    if written == "original":
        return None
    return int(written) if re.fullmatch(r"[0-9]{1,5}", written) else 0
