"""How long mails are kept."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.sections import Section

keepmailtexts = declare(
    "keepmailtexts",
    fields.count,
    30,
    label=_("Texts of mails, in days"),
    help=_("What sent mails said is forgotten after this time. 0: never."),
    section=Section.RECORDS,
)
keepmails = declare(
    "keepmails",
    fields.count,
    365,
    label=_("Mails, in days"),
    help=_("That a mail was sent, and to whom, is forgotten after this time. 0: never."),
    section=Section.RECORDS,
)
