"""What administrators decide about signing in, while the hub runs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.sections import Section

failedsigninsperaddress = declare(
    "failedsigninsperaddress",
    fields.positive,
    60,
    label=_("Failed sign-ins per address and hour"),
    help=_("How often somebody may try a wrong password from one internet address in an hour."),
    section=Section.SIGN_IN,
)
failedsigninsperaccount = declare(
    "failedsigninsperaccount",
    fields.positive,
    40,
    label=_("Failed sign-ins per account and hour"),
    help=_("How often a wrong password may be tried for one account in an hour, wherever it comes from."),
    section=Section.SIGN_IN,
)
sessionidlehours = declare(
    "sessionidlehours",
    fields.positive,
    24,
    label=_("Hours until an unused session ends"),
    help=_("Whoever has not opened a page for this long signs in again."),
    section=Section.SIGN_IN,
)
sessiondays = declare(
    "sessiondays",
    fields.positive,
    30,
    label=_("Days until every session ends"),
    help=_("However busy a session is, it ends this long after it began."),
    section=Section.SIGN_IN,
)
