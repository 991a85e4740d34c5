"""A visitor leaves for a course on its site: where to, and the trace of it."""

from __future__ import annotations

from hub import fields
from hub.courses.models import Course
from hub.events.record import VISITOR, Event, record


def follow(course: Course, *, from_feed: bool = False) -> str:
    """Where the course can be joined or looked at, noted as followed; empty when its site named no such place."""
    link = link_of(course)
    if link:
        record(Event.LINK_FOLLOWED, course, by=VISITOR, from_feed=from_feed)
    return link


def link_of(course: Course) -> str:
    """The course on its site, or else its demonstration; only addresses of the web count."""
    return fields.web_url_or_empty(course.course_url) or fields.web_url_or_empty(course.demo_url)
