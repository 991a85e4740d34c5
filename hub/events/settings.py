"""How long the event log is kept."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.sections import Section

keepeventdetails = declare(
    "keepeventdetails",
    fields.count,
    730,
    label=_("Details of events, in days"),
    help=_("Names, addresses and reasons in the event log are erased after this time. 0: never."),
    section=Section.RECORDS,
)
keepevents = declare(
    "keepevents",
    fields.count,
    0,
    label=_("Events, in days"),
    help=_("Events are removed after this time; the hub signs what it removed. 0: never."),
    section=Section.RECORDS,
)
