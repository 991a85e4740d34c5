"""How often sites may be examined."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.sections import Section

examinationsperhour = declare(
    "examinationsperhour",
    fields.integer_or_none,
    30,
    label=_("Examinations per visitor and hour"),
    help=_("How often the connection doctor may be asked from one internet address in an hour. Empty: no limit."),
    section=Section.LIMITS,
)
examinationspersite = declare(
    "examinationspersite",
    fields.integer_or_none,
    30,
    label=_("Examinations per site and hour"),
    help=_(
        "How often the connection doctor may look at one host, and at one internet address, in an hour, whoever asks. "
        "Empty: no limit."
    ),
    section=Section.LIMITS,
)
