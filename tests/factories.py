"""Rows for tests, with everything that a test does not care about filled in."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
from typing import Any

from hub import clock
from hub.courses import files, visibility
from hub.courses.files import StoredFile
from hub.courses.models import Course, CourseFile, FileKind, Kind, Standing
from hub.extensions import db
from hub.sealing import sealed
from hub.sites import identity, standing
from hub.sites.models import Site, SitePrivacy
from hub.storage import images
from hub.storage.files import files as storage
from hub.tokens import issuing
from hub.tokens.services import Service

_numbers = itertools.count(1)

BACKUP = gzip.compress(b"a course, as small as can be", mtime=0)


def make_site(**values: Any) -> Site:
    """A live, visible site with a URL and a secret of its own, stored and counted; ``secret`` is given in clear."""
    number = next(_numbers)
    secret = values.pop("secret", f"{number:032d}moodle.example.org")
    url = values.pop("url", f"https://moodle{number}.example.org")
    defaults: dict[str, Any] = {
        "name": f"Moodle {number}",
        "description": "Courses for everybody",
        "language": "en",
        "country_code": "DE",
        "contact_name": "Ada Admin",
        "contact_email": f"admin{number}@moodle{number}.example.org",
        "privacy": SitePrivacy.LINKED,
        "moodle_release": "4.5.6 (Build: 20250811)",
        "registered_at": clock.now(),
        "modified_at": clock.now(),
    }
    site = Site(
        url=url,
        url_key=identity.url_key(url),
        secret_hash=issuing.hashed(secret),
        secret_stem_hash=identity.secret_stem_hash(secret),
        signing_key=sealed(identity.signing_key(secret)),
        **defaults | values,
    )
    db.session.add(site)
    standing.joined(site)
    db.session.commit()
    return site


def make_token(site: Site, *, used: bool = True) -> str:
    """A token of the site, in clear; used once already unless told otherwise."""
    value = issuing.issue(Service.SITE, site.id)
    if used:
        bearer = issuing.find_bearer(value)
        assert bearer is not None
        issuing.note_first_use(bearer.token_id)
    db.session.commit()
    return value


def make_course(site: Site | None = None, *, backup: bytes | None = BACKUP, **values: Any) -> Course:
    """A course shown by a moderator, with a backup if it is downloadable; stored, listed and counted."""
    number = next(_numbers)
    site = site or make_site()
    defaults: dict[str, Any] = {
        "course_id_on_site": number,
        "kind": Kind.ENROLLABLE,
        "standing": Standing.SHOWN,
        "fullname": f"Course {number}",
        "shortname": f"C{number}",
        "description": "What everybody should know",
        "language": "en",
        "publisher_name": "Paul Publisher",
        "publisher_email": "paul@example.org",
        "creator_name": "Clara Creator",
        "licence": "cc",
        "subject": "field10101",
        "audience": "students",
        "educational_level": "tertiary",
        "course_url": f"{site.url}/course/view.php?id={number}",
        "contents": [{"moduletype": "activity", "modulename": "forum", "contentcount": 2}],
        "published_at": clock.now(),
        "modified_at": clock.now(),
        "withdrawn_at": None,
        "removed_at": None,
        "backup_size": None,
    }
    course = Course(site=site, **defaults | values)
    db.session.add(course)
    db.session.flush()
    if course.downloadable and backup is not None:
        make_backup(course, backup)
    visibility.refresh(Course.id == course.id)
    db.session.commit()
    return course


def make_backup(course: Course, content: bytes = BACKUP, *, waits: bool = False) -> CourseFile:
    """A backup of the course, in the storage and in its row; not committed."""
    stored = _stored(course, content, "application/vnd.moodle.backup")
    return files.receive(course, FileKind.BACKUP, 0, stored, waits=waits, now=clock.now())


def make_screenshot(course: Course, picture: bytes, number: int = 1, *, waits: bool = False) -> CourseFile:
    """A screenshot of the course, as it would be after an upload; not committed."""
    made = images.read(io.BytesIO(picture))
    stored = _stored(course, made.original, made.content_type, made.width, made.height)
    for side, thumbnail in made.thumbnails.items():
        storage().put(f"{stored.key}.{side}", io.BytesIO(thumbnail))
    return files.receive(course, FileKind.SCREENSHOT, number, stored, waits=waits, now=clock.now())


def _stored(course: Course, content: bytes, content_type: str, *size: int) -> StoredFile:
    key = files.new_key(course.id)
    storage().put(key, io.BytesIO(content))
    return StoredFile(key, len(content), hashlib.sha256(content).hexdigest(), content_type, *size)
