"""The web-service functions about courses: publish, withdraw, find. The names of the wire end here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hub import clock
from hub.courses import files, listing, publication, versions
from hub.courses.details import WIRE_NAMES, CourseDetails
from hub.courses.models import Course, CourseText, CourseVersion, Kind
from hub.extensions import db
from hub.search import query, results
from hub.search.criteria import CourseCriteria, Order
from hub.settings import declared
from hub.sites import listing as sites
from hub.tokens.services import Service
from hub.webservices.dispatch import Caller
from hub.webservices.faults import AccessDenied
from hub.webservices.registry import function
from hub.webservices.schema import integer, many, raw, struct, text, yes_no

MOST_PUBLISHED_AT_ONCE = 100
LONGEST_SENT = 1_000_000  # cut later, where it is too long: no site is turned away for a long text
RATING_SCALE = 10

_sent = text.up_to(LONGEST_SENT)
_TEXTS = tuple(WIRE_NAMES.values())
_content = struct({"moduletype": text, "modulename": text, "contentcount": text}, optional=("contentcount",))
_outcome = struct({"fullname": text})

_PUBLISHED = struct(
    {
        "sitecourseid": integer.between(0, 2**31 - 1),
        **dict.fromkeys(_TEXTS, _sent),
        "creatornotes": raw,
        "creatornotesformat": text,
        "enrollable": yes_no,
        "screenshots": text,
        "deletescreenshots": yes_no,
        "contents": many(_content),
        "outcomes": many(_outcome),
    },
    optional=(
        *(name for name in _TEXTS if name != "fullname"),
        "creatornotes",
        "creatornotesformat",
        "enrollable",
        "screenshots",
        "deletescreenshots",
        "contents",
        "outcomes",
    ),
)

_OPTIONS = {
    "ids": many(integer),
    "sitecourseids": many(integer),
    "coverage": text,
    "licenceshortname": text,
    "subject": text,
    "audience": text,
    "educationallevel": text,
    "language": text,
    "orderby": text,
    "givememore": integer,
    "allsitecourses": yes_no,
}

_OF_THE_OWNER = ("publisheremail", "privacy", "sitecourseid")

_FOUND = struct(
    {
        "id": integer,
        "fullname": text,
        "shortname": text,
        "description": text,
        "language": text,
        "publishername": text,
        "publisheremail": text,
        "privacy": integer,
        "sitecourseid": integer,
        "contributornames": text,
        "coverage": text,
        "creatorname": text,
        "licenceshortname": text,
        "subject": text,
        "audience": text,
        "educationallevel": text,
        "creatornotes": raw,
        "creatornotesformat": integer,
        "courseurl": text,
        "demourl": text,
        "backupsize": integer,
        "enrollable": yes_no,
        "screenshots": integer,
        "timemodified": integer,
        "contents": many(struct({"moduletype": text, "modulename": text, "contentcount": integer})),
        "rating": struct({"scaleid": integer, "count": integer}),
        "outcomes": many(_outcome),
    },
    optional=(*_OF_THE_OWNER, "courseurl", "demourl", "outcomes"),
)

# Clients of every version show the previous course's activities where a course has none; blocks are not shown.
_NO_CONTENTS = [{"moduletype": "block", "modulename": "none", "contentcount": 0}]


@function(
    "hub_register_courses",
    services=[Service.SITE],
    takes={"courses": many(_PUBLISHED, MOST_PUBLISHED_AT_ONCE)},
    gives=many(integer),
    writes=True,
)
def register_courses(caller: Caller, courses: list[dict[str, Any]]) -> list[int]:
    """Publish courses of the calling site, or change what was published: their ids, in the same order."""
    site = sites.hold(_site_id(caller))
    now = clock.now()
    published = [publication.publish(site, CourseDetails.parse(each), now=now) for each in courses]
    return [course.id for course in published]


@function(
    "hub_unregister_courses",
    services=[Service.SITE],
    takes={"courseids": many(integer)},
    gives=integer,
    writes=True,
)
def unregister_courses(caller: Caller, courseids: list[int]) -> int:
    """Withdraw courses of the calling site; ids that are unknown, or withdrawn already, are no error."""
    for course in listing.with_sites(courseids):
        if course.site_id != caller.site_id:
            raise publication.CourseOfAnotherSite(course.id)
        publication.unpublish(course)
    return 1


@function(
    "hub_get_courses",
    services=[Service.SITE, Service.PUBLIC],
    takes={"search": text, "downloadable": yes_no, "enrollable": yes_no, "options": struct(_OPTIONS, _OPTIONS)},
    defaults={"search": "", "downloadable": True, "enrollable": True, "options": {}},
    gives=struct({"courses": many(_FOUND), "coursetotal": integer}),
)
def get_courses(
    caller: Caller, search: str, downloadable: bool, enrollable: bool, options: dict[str, Any]
) -> dict[str, Any]:
    """Courses that everybody may see, page by page; with allsitecourses all courses of the calling site instead."""
    kinds = _kinds(downloadable=downloadable, enrollable=enrollable)
    if options.get("allsitecourses") and caller.site_id is not None:
        return _own_courses(caller.site_id, search, kinds, options)
    if caller.service is Service.PUBLIC and declared.current("privacy") == "private":
        raise AccessDenied("hub_get_courses")
    return _search(caller, _criteria(search, kinds, options), max(0, options.get("givememore", 0)))


def _site_id(caller: Caller) -> int:
    assert caller.site_id is not None, "the service of sites is opened by tokens of sites only"
    return caller.site_id


def _kinds(*, downloadable: bool, enrollable: bool) -> frozenset[Kind]:
    wanted = {Kind.DOWNLOADABLE: downloadable, Kind.ENROLLABLE: enrollable}
    return frozenset(kind for kind, asked in wanted.items() if asked)


def _criteria(search: str, kinds: frozenset[Kind], options: Mapping[str, Any]) -> CourseCriteria:
    """What the options mean. ``coverage`` is ignored on purpose: every client always sends it as ``all``."""
    return CourseCriteria(
        words=search,
        kinds=kinds,
        language=_filter(options, "language"),
        audience=_filter(options, "audience"),
        educational_level=_filter(options, "educationallevel"),
        licence=_filter(options, "licenceshortname"),
        subject=_filter(options, "subject"),
        ids=_numbers(options, "ids"),
        ids_on_site=_numbers(options, "sitecourseids"),
        order=Order.read(options.get("orderby", "")),
    )


def _filter(options: Mapping[str, Any], name: str) -> str:
    value: str = options.get(name, "").strip()
    return "" if value == "all" else value


def _numbers(options: Mapping[str, Any], name: str) -> tuple[int, ...] | None:
    return tuple(options[name]) if options.get(name) else None


def _search(caller: Caller, criteria: CourseCriteria, offset: int) -> dict[str, Any]:
    if not criteria.kinds:
        return {"courses": [], "coursetotal": 0}
    found = query.find(criteria, offset=offset, limit=declared.current("maxwscourseresult"))
    return {
        "courses": [_result(course, caller) for course in results.load(found.ids)],
        # A client asks for more while what it has is less than the total: so a floor has to say that there is more.
        "coursetotal": found.total + int(found.total_is_floor),
    }


def _own_courses(site_id: int, search: str, kinds: frozenset[Kind], options: Mapping[str, Any]) -> dict[str, Any]:
    chosen = listing.of_site(site_id).where(Course.kind.in_(kinds))
    for column, name in ((Course.id, "ids"), (Course.course_id_on_site, "sitecourseids")):
        if options.get(name):
            chosen = chosen.where(column.in_(options[name]))
    if search:
        chosen = chosen.where(listing.mentions(search))
    courses = db.session.scalars(chosen).all()
    changes = versions.waiting_where(Course.site_id == site_id)
    pictures = files.newest_screenshot_counts(
        Course.site_id == site_id, without_old={each.course_id for each in changes.values() if each.deletes_screenshots}
    )
    own = [_own_result(course, changes.get(course.id), pictures.get(course.id)) for course in courses]
    return {"courses": own, "coursetotal": len(own)}


def _own_result(course: Course, waiting: CourseVersion | None, screenshot_count: int | None) -> dict[str, Any]:
    """The course as its site published it last, with whether visitors see it."""
    shown = _listing(course, waiting or course) | _of_the_owner(course, waiting or course)
    if waiting is not None:
        shown["timemodified"] = clock.to_unix(waiting.received_at)
    if screenshot_count is not None:
        shown["screenshots"] = screenshot_count
    return shown


def _result(course: Course, caller: Caller) -> dict[str, Any]:
    own = caller.site_id is not None and course.site_id == caller.site_id
    return _listing(course, course) | (_of_the_owner(course, course) if own else {})


def _of_the_owner(course: Course, published: CourseText) -> dict[str, Any]:
    return {
        "publisheremail": published.publisher_email,
        "privacy": int(course.listed),
        "sitecourseid": course.course_id_on_site,
    }


def _listing(course: Course, published: CourseText) -> dict[str, Any]:
    texts = {
        wire: _harmless(getattr(published, column))
        for column, wire in WIRE_NAMES.items()
        if wire not in (*_OF_THE_OWNER, "courseurl", "demourl")
    }
    return texts | {
        "id": course.id,
        "creatornotes": published.creator_notes,
        "creatornotesformat": published.creator_notes_format,
        "courseurl": published.course_url or None,
        "demourl": None if published.course_url else published.demo_url,
        "backupsize": course.backup_size or 0,
        "enrollable": not course.downloadable,
        "screenshots": course.screenshot_count,
        "timemodified": clock.to_unix(course.modified_at),
        "contents": [_harmless_content(each) for each in published.contents] or _NO_CONTENTS,
        "rating": {"scaleid": RATING_SCALE, "count": 0},
        "outcomes": _outcomes(published.outcomes),
    }


def _outcomes(outcomes: Iterable[str]) -> list[dict[str, str]] | None:
    return [{"fullname": _harmless(each)} for each in outcomes] or None


def _harmless_content(content: Mapping[str, Any]) -> dict[str, Any]:
    return {**content, "modulename": _harmless(content["modulename"])}


def _harmless(written: str) -> str:
    """Text that stays text where it is printed as markup, which Moodle does with what a hub answers."""
    return _BEGINS_TAG.sub("&lt;", written)


_BEGINS_TAG = re.compile(r"<(?=[A-Za-z/!?])")
