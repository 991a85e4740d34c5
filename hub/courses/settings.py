"""What administrators decide about courses' files, while the hub runs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.sections import Section

MEBIBYTE = 1024**2
GIBIBYTE = 1024**3

maxbackupsize = declare(
    "maxbackupsize",
    fields.positive,
    4 * GIBIBYTE,
    label=_("Largest backup"),
    help=_("In bytes: a larger backup of a course is refused."),
    section=Section.COURSES,
)
maxscreenshotsize = declare(
    "maxscreenshotsize",
    fields.positive,
    4 * MEBIBYTE,
    label=_("Largest screenshot"),
    help=_("In bytes. Moodle sites send at most 1000000."),
    section=Section.COURSES,
)
maxuploadbytesperday = declare(
    "maxuploadbytesperday",
    fields.integer_or_none,
    10 * GIBIBYTE,
    label=_("Bytes per site and day"),
    help=_("How much a site that is not trusted may send on one day. Empty: no limit."),
    section=Section.COURSES,
)
maxuploadsatonce = declare(
    "maxuploadsatonce",
    fields.positive,
    20,
    label=_("Uploads at once"),
    help=_("How many files may arrive at the same moment; more are asked to try again later."),
    section=Section.COURSES,
)
mindiskspace = declare(
    "mindiskspace",
    fields.count,
    GIBIBYTE // 2,
    label=_("Disk space kept free"),
    help=_("In bytes: no file is taken that would leave less than this on the disk of the data folder."),
    section=Section.COURSES,
)
