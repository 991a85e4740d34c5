"""Files that sites send: whether one is welcome, what is kept of it, and what follows for its course."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub import clock
from hub.courses import backups, bearers, files, mails, quota, versions, visibility
from hub.courses.files import MOST_SCREENSHOTS, StoredFile
from hub.courses.models import Course, CourseFile, FileKind, ReceivedBytes
from hub.errors import HubError
from hub.events.record import Event, record
from hub.extensions import db
from hub.settings import declared
from hub.sites.models import Site
from hub.storage import images, obsolete
from hub.storage.files import Files
from hub.storage.incoming import Arrival
from hub.webservices.faults import HubNotEnabled

LARGEST_ID = 2**31 - 1


class UploadUnusable(HubError):
    """The fields of an upload do not say what it is."""

    key = "errorwrongdata"


class NotYourCourse(HubError):
    """The site has no such course here."""

    key = "coursenotfound"
    status = 403

    def __init__(self, course_id: int) -> None:
        super().__init__(f"This site has no course {course_id} on this hub. Publish the course first, then its files.")


class CourseWithdrawn(HubError):
    """The course is not published any more."""

    key = "coursegone"
    status = 410

    def __init__(self, course_id: int) -> None:
        super().__init__(f"The course {course_id} was withdrawn from this hub. Publish it again, then send its files.")


class BackupNotWanted(HubError):
    """An advertised course has no backup."""

    key = "backupnotwanted"

    def __init__(self) -> None:
        super().__init__("This course is advertised for enrolment, so it has no backup. Share it to offer a download.")


class DailyBytesUsed(HubError):
    """The site has sent as much as it may on one day."""

    key = "dailybytesused"
    status = 429

    def __init__(self, most: int) -> None:
        super().__init__(
            f"This site may send {most} bytes of files a day and has done so. "
            "Try again tomorrow, or ask the administrator of the hub for more."
        )


@dataclass(frozen=True)
class Limits:
    """What holds for uploads now."""

    backup: int
    screenshot: int
    a_day: int | None
    at_once: int
    kept_free: int

    @classmethod
    def current(cls) -> Limits:
        """The limits that the settings name."""
        return cls(
            backup=declared.current("maxbackupsize"),
            screenshot=declared.current("maxscreenshotsize"),
            a_day=declared.current("maxuploadbytesperday"),
            at_once=declared.current("maxuploadsatonce"),
            kept_free=declared.current("mindiskspace"),
        )

    @property
    def largest(self) -> int:
        return max(self.backup, self.screenshot)

    def of(self, filetype: str) -> int:
        """The most bytes that a file of this type may have; as long as the type is not known, the larger number."""
        return {"backup": self.backup, "screenshot": self.screenshot}.get(filetype, self.largest)


@dataclass(frozen=True)
class Upload:
    """What the fields around a file say: who sends it, for which course, and as what."""

    token: str
    kind: FileKind
    course_id: int
    number: int

    @classmethod
    def parse(cls, sent: Mapping[str, str]) -> Upload:
        """The upload that the fields describe; UploadUnusable says which field to mend."""
        if sent.get("filetype") not in tuple(FileKind):
            raise UploadUnusable("Send filetype as backup or screenshot.")
        kind = FileKind(sent["filetype"])
        return cls(
            token=sent.get("token", ""),
            kind=kind,
            course_id=_whole_number(sent, "courseid", LARGEST_ID),
            number=_whole_number(sent, "screenshotnumber", MOST_SCREENSHOTS) if kind is FileKind.SCREENSHOT else 0,
        )


def admit(upload: Upload, size: int, limits: Limits) -> str:
    """A key for the file that has arrived, if it is welcome; its bytes are counted for the day."""
    site, _course = _require_welcome(upload)
    _count(site, size, limits)
    key = files.new_key(upload.course_id)
    obsolete.promise(_keys(upload, key))
    return key


def store(upload: Upload, key: str, arrived: Arrival, storage: Files) -> StoredFile:
    """Keep what arrived under this key, if it is what it says; touches no row."""
    if upload.kind is FileKind.BACKUP:
        backups.require_backup(arrived.path)
        storage.take(key, arrived.path)
        return StoredFile(key, arrived.size, arrived.sha256, backups.CONTENT_TYPE)
    with arrived.path.open("rb") as source:
        picture = images.read(source)
    storage.put(key, io.BytesIO(picture.original))
    for side, thumbnail in picture.thumbnails.items():
        storage.put(files.thumbnail_key(key, side), io.BytesIO(thumbnail))
    digest = hashlib.sha256(picture.original).hexdigest()
    return StoredFile(key, len(picture.original), digest, picture.content_type, picture.width, picture.height)


def accept(upload: Upload, stored: StoredFile, *, now: datetime) -> CourseFile:
    """Give the course its file. What an untrusted site sends for an approved course waits for a moderator."""
    site, course = _require_welcome(upload)
    waits = versions.must_wait(course, site)
    file = files.receive(course, upload.kind, upload.number, stored, waits=waits, now=now)
    record(
        Event.FILE_RECEIVED,
        course,
        by=site,
        kind=upload.kind.value,
        size=stored.size,
        sha256=stored.sha256,
        waits=waits,
    )
    visibility.refresh(Course.id == course.id)
    if waits:
        mails.course_waiting(course)
    return file


def note_refusal(upload: Upload, refusal: HubError) -> None:
    """Leave a trace of a file that was not taken: sites do not look at our answer, moderators can look here."""
    site, course = _require_welcome(upload)
    record(Event.FILE_REFUSED, course, by=site, kind=upload.kind.value, reason=refusal.message)


def _whole_number(sent: Mapping[str, str], name: str, most: int) -> int:
    written = sent.get(name, "1" if name == "screenshotnumber" else "")
    if not re.fullmatch(r"[0-9]{1,10}", written) or not 1 <= int(written) <= most:
        raise UploadUnusable(f"Send {name} as a whole number from 1 to {most}.")
    return int(written)


def _require_welcome(upload: Upload) -> tuple[Site, Course]:
    if not declared.current("hubenabled"):
        raise HubNotEnabled()
    site = bearers.hold_site(upload.token)
    own = sa.select(Course).where(Course.id == upload.course_id, Course.site_id == site.id)
    course = db.session.scalar(own.with_for_update())
    if course is None:
        raise NotYourCourse(upload.course_id)
    if not course.live:
        raise CourseWithdrawn(course.id)
    if upload.kind is FileKind.BACKUP and not course.downloadable:
        raise BackupNotWanted()
    return site, course


def _count(site: Site, size: int, limits: Limits) -> None:
    today = clock.now().date()
    counted = db.session.get(ReceivedBytes, (site.id, today), with_for_update=True)
    if counted is None:
        counted = ReceivedBytes(site_id=site.id, day=today, byte_count=0)
        db.session.add(counted)
    counted.byte_count += size
    most = quota.maximum(site.bytes_a_day, limits.a_day)
    if most is not None and not site.trust_in_force and counted.byte_count > most:
        raise DailyBytesUsed(most)
    db.session.flush()


def _keys(upload: Upload, key: str) -> tuple[str, ...]:
    if upload.kind is FileKind.BACKUP:
        return (key,)
    return (key, *(files.thumbnail_key(key, side) for side in images.THUMBNAILS))
