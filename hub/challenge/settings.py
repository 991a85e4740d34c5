"""Which forms ask for a proof of work, and how much work it is."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.sections import Section

LEAST_WORK, MOST_WORK = 1_000, 3_000_000


def _work(text: str) -> int:
    number = fields.positive(text)
    if not LEAST_WORK <= number <= MOST_WORK:
        raise ValueError(gettext("write a number from %(least)d to %(most)d", least=LEAST_WORK, most=MOST_WORK))
    return number


challengeregistration = declare(
    "challengeregistration",
    fields.yes_no,
    False,
    label=_("Challenge before a site registers"),
    help=_(
        "Off: the hub asks the site itself whether it answers, which keeps most robots out, and administrators arrive "
        "in the middle of a hand-over. Switch it on when robots register sites. Sites that are known never see it."
    ),
    section=Section.CHALLENGE,
)
challengecontact = declare(
    "challengecontact",
    fields.yes_no,
    True,
    label=_("Challenge before a message to a contact"),
    help=_("On: anybody can make the hub write a mail there, so each message costs the browser a moment of work."),
    section=Section.CHALLENGE,
)
challengereport = declare(
    "challengereport",
    fields.yes_no,
    True,
    label=_("Challenge before a report"),
    help=_("On: reports reach the moderators from people without an account."),
    section=Section.CHALLENGE,
)
challengedifficulty = declare(
    "challengedifficulty",
    _work,
    200_000,
    label=_("Work of a challenge"),
    help=_(
        "How many numbers a browser has to try at most, from 1000 to 3000000; half of them on average. "
        "200000 take a desktop a fraction of a second and an old telephone a few seconds."
    ),
    section=Section.CHALLENGE,
)
