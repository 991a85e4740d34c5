"""Whether the search has heard of a course: a rule beside those of courses, for pages that explain."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.courses import visibility
from hub.courses.models import Course
from hub.search.tables import entry
from hub.sites.visibility import Rule

_INDEXED = sa.exists().where(entry.c.course_id == Course.id).correlate(Course)

RULE = Rule(
    "indexed",
    visibility.predicate() == _INDEXED,
    _("The search knows it as it is."),
    _("The search index has not caught up with it."),
    _("An operator of the hub, by letting the search read everything anew (hub search rebuild)."),
    about="course",
)
