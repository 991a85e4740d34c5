"""A person as publisher of courses. Their name goes with their address: it is told together, and asked for together."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub.courses.models import Course, CourseVersion
from hub.privacy import persons
from hub.privacy.rows import eraser, finder

_EMPTIED = {"publisher_name": "", "publisher_email": ""}

persons.add(
    persons.Holder(
        "courses",
        _("Courses whose publisher this is"),
        finder(Course, Course.publisher_email, ("id", "fullname", "publisher_name", "publisher_email")),
        eraser(Course, Course.publisher_email, _EMPTIED),
    )
)
persons.add(
    persons.Holder(
        "course versions",
        _("Versions of courses whose publisher this is"),
        finder(CourseVersion, CourseVersion.publisher_email, ("id", "course_id", "publisher_name", "publisher_email")),
        eraser(CourseVersion, CourseVersion.publisher_email, _EMPTIED),
    )
)
