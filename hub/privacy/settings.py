"""How long what sites told about people is kept."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.sections import Section

keepleftcontacts = declare(
    "keepleftcontacts",
    fields.count,
    365,
    label=_("Contacts of sites that left, in days"),
    help=_("Name, addresses and telephone of their contact are forgotten after this time. 0: never."),
    section=Section.RECORDS,
)
keepdecided = declare(
    "keepdecided",
    fields.count,
    180,
    label=_("Decided registrations, in days"),
    help=_("What arrived with attempts on taken addresses, and with moves, is forgotten after this time. 0: never."),
    section=Section.RECORDS,
)
