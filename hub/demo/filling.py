"""Carries the plan of the demo world out, through the rules that real sites and moderators meet."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.courses import files, moderation, publication
from hub.courses.details import CourseDetails
from hub.courses.files import StoredFile
from hub.courses.models import Course, FileKind
from hub.demo import backups, pictures, world
from hub.demo.world import CoursePlan, Fate, SitePlan
from hub.events.record import COMMAND, Event, record
from hub.extensions import db
from hub.sealing import sealed
from hub.settings import declared
from hub.sites import identity, standing, totals
from hub.sites import moderation as site_moderation
from hub.sites.details import SiteDetails
from hub.sites.models import Site
from hub.sites.totals import Counts
from hub.storage import images, obsolete
from hub.storage.files import files as storage
from hub.storage.images import Picture
from hub.tokens.issuing import hashed

Step = Callable[[], None]

SEED = 20_100_502
REASON = "the demo's moderator looked at it"


def anything_here() -> bool:
    """Whether the hub knows any site."""
    return db.session.scalar(sa.select(Site.id).limit(1)) is not None


def counts() -> Counts:
    """The hub's totals."""
    return totals.read()


def steps(site_count: int) -> Iterator[Step]:
    """What has to be done, each step in a transaction of its own: open the hub, then each site with its courses."""
    chance = random.Random(SEED)
    now = clock.now()
    yield _open_hub
    for plan in world.sites(site_count, now, chance):
        yield partial(_make_site, plan, list(world.courses(plan, plan.course_count, now, chance)))
    yield partial(_make_hostile_site, now)


def _open_hub() -> None:
    opened = {"hubenabled": "1", "privacy": "search", "name": "Demo hub", "checksites": "0"}  # its sites answer nobody
    for name, text in opened.items():
        declared.change(name, text)


def _make_site(plan: SitePlan, courses: Sequence[CoursePlan]) -> None:
    with clock.fixed(plan.registered_at):
        site = _registered(plan.told, plan.secret)
        if plan.trusted:
            site_moderation.trust(site, by=COMMAND, reason=REASON)
        if plan.prioritised:
            site_moderation.prioritise(site, by=COMMAND, reason=REASON)
    for course in courses:
        with clock.fixed(course.published_at):
            _make_course(site, course)
    if plan.hidden:
        site_moderation.hide(site, by=COMMAND, reason=REASON)


def _registered(told: dict[str, Any], secret: str) -> Site:
    details = SiteDetails.parse(told)
    site = Site(
        url=told["url"],
        url_key=identity.url_key(told["url"]),
        secret_hash=hashed(secret),
        secret_stem_hash=identity.secret_stem_hash(secret),
        signing_key=sealed(identity.signing_key(secret)),
        contact_name=details.contact_name,
        contact_email=details.contact_email,
        registered_at=clock.now(),
        modified_at=clock.now(),
        updated_at=clock.now(),
    )
    details.describe(site, completely=True)
    db.session.add(site)
    standing.joined(site)
    record(Event.SITE_REGISTERED, site, by=COMMAND, name=site.name, url=site.url)
    return site


def _make_course(site: Site, plan: CoursePlan) -> None:
    course = publication.publish(site, CourseDetails.parse(plan.told), now=plan.published_at)
    _give_files(course, plan)
    match plan.fate:
        case Fate.SHOWN if not site.trusted:
            moderation.approve(course, by=COMMAND, reason=REASON)
        case Fate.HIDDEN:
            moderation.hide(course, by=COMMAND, reason=REASON)
        case Fate.WITHDRAWN:
            publication.unpublish(course)


def _give_files(course: Course, plan: CoursePlan) -> None:
    if plan.cover:
        _receive(course, FileKind.SCREENSHOT, 1, _stored_picture(course, _cover(plan.cover)))
    if course.downloadable:
        _receive(course, FileKind.BACKUP, 0, _stored(course, backups.backup(plan.told), "application/zip"))


def _receive(course: Course, kind: FileKind, number: int, stored: StoredFile) -> None:
    files.receive(course, kind, number, stored, waits=False, now=clock.now())


@cache
def _cover(number: int) -> Picture:
    return images.read(BytesIO(pictures.cover(number)))


def _stored_picture(course: Course, picture: Picture) -> StoredFile:
    stored = _stored(course, picture.original, picture.content_type, picture.width, picture.height)
    for side, small in picture.thumbnails.items():
        storage().put(f"{stored.key}.{side}", BytesIO(small))
    return stored


def _stored(course: Course, content: bytes, content_type: str, *size: int) -> StoredFile:
    stored = StoredFile(
        files.new_key(course.id), len(content), hashlib.sha256(content).hexdigest(), content_type, *size
    )
    obsolete.promise(stored.keys)
    storage().put(stored.key, BytesIO(content))
    return stored


def _make_hostile_site(now: datetime) -> None:
    """A site whose listings a moderator should meet here first, all of them waiting."""
    with clock.fixed(now - timedelta(hours=20)):
        site = _registered(
            {
                "name": '"><script>alert(1)</script> Free marks',
                "url": "https://free-marks.example",
                "description": "<b onmouseover=alert(1)>All exams, all answers</b>",
                "contactname": "Mallory <mallory@free-marks.example>",
                "contactemail": "mallory@free-marks.example",
                "privacy": "linked",
                "users": 999_999_999_999,
            },
            "0123456789abcdef0123456789abcdeffree-marks.example",
        )
    declared_kind = {"enrollable": 1, "courseurl": "https://free-marks.example/course/view.php?id=2"}
    for number, told in enumerate(world.HOSTILE, start=2):
        details = CourseDetails.parse(declared_kind | {"sitecourseid": number, "language": "en"} | told)
        publication.publish(site, details, now=clock.now())
