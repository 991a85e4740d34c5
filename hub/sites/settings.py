"""What administrators decide about asking sites whether they answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.sections import Section

LEAST_DAYS = 14


def _days(value: str) -> int:
    days = fields.count(value)
    if 0 < days < LEAST_DAYS:
        raise ValueError(f"write 0, or {LEAST_DAYS} or more: the contact is told twice before, a week apart")
    return days


def _address(value: str) -> str:
    return fields.web_url(value) if value.strip() else ""


checksites = declare(
    "checksites",
    fields.yes_no,
    True,
    label=_("Ask sites whether they answer"),
    help=_("Each site about once a day; nothing is ever decided by one failure. Off: none is asked."),
    section=Section.SITES,
)
hideunreachableafter = declare(
    "hideunreachableafter",
    _days,
    30,
    label=_("Hide unreachable sites after days"),
    help=_(
        "A site that has not answered for so long is hidden, after two mails to its contact, and comes back by itself. "
        "Trusted and prioritised ones are left to moderators. 0: never; otherwise 14 or more."
    ),
    section=Section.SITES,
)
controladdress = declare(
    "controladdress",
    _address,
    "",
    label=_("Control address"),
    help=_(
        "An address outside your own network that always answers, such as your organisation's web site. While neither "
        "it nor any site answers, the fault is the hub's own, and no site is judged. A hub with few sites needs it."
    ),
    section=Section.SITES,
)
