"""Where a course and its files are found, below the hub's address."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from hub.courses.models import Course
from hub.slugs import slug

DOWNLOAD = "/local/hub/webservice/download.php"


def page(course: Course) -> str:
    """The course's page."""
    return f"/courses/{course.id}/{quote(slug(course.fullname))}"


def picture(course: Course, number: int, width: int | str = 480) -> str:
    """A screenshot, at most so wide, or "original"."""
    return _download(courseid=course.id, filetype="screenshot", screenshotnumber=number, imagewidth=width)


def backup(course: Course) -> str:
    """The backup to take away."""
    return _download(courseid=course.id, filetype="backup")


def _download(**parameters: object) -> str:
    return f"{DOWNLOAD}?{urlencode(parameters)}"
