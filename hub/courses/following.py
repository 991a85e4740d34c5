"""A visitor leaves for a course on its site: where to, and the trace of it."""

from __future__ import annotations

from datetime import timedelta

from hub import clock, fields
from hub.courses.models import Course
from hub.events.record import VISITOR, Event, record, times
from hub.settings import emergency


def follow(course: Course, *, from_feed: bool = False) -> str:
    """Where the course can be joined or looked at, noted as followed; empty when its site named no such place.

    Noted once a minute at most: the log cannot shrink, so nobody may fill it by asking for an address.
    """
    link = link_of(course)
    if link and emergency.writable() and not times(course, clock.now() - timedelta(minutes=1), Event.LINK_FOLLOWED):
        record(Event.LINK_FOLLOWED, course, by=VISITOR, from_feed=from_feed)
    return link


def link_of(course: Course) -> str:
    """The course on its site, or else its demonstration; only addresses of the web count."""
    return fields.web_url_or_empty(course.course_url) or fields.web_url_or_empty(course.demo_url)
