"""What moderators do about sites that ends their registration: the acts that go through this story."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hub.admin.acting import Act, acts_by_name, each
from hub.registration import blocking, leaving
from hub.sites.models import Site


def _remove_effect(site: Site) -> str:
    effect: str = gettext(
        "It leaves this hub: its token dies, its courses are withdrawn, its contact is told by mail. "
        "Its return would be a matter for moderators."
    )
    return effect


ACTS = acts_by_name(
    Act(
        name="remove",
        label=_("Remove"),
        effect=_remove_effect,
        carry_out=each(leaving.remove, with_courses=False),
        done=_("Removed: %(count)s."),
        dangerous=True,
        needs_reason=True,
        offered=lambda site: site.live,
    ),
    Act(
        name="remove-with-courses",
        label=_("Remove, and its courses for good"),
        effect=lambda site: f"{_remove_effect(site)} {gettext('Each of its courses is removed, with its files.')}",
        carry_out=each(leaving.remove, with_courses=True),
        done=_("Removed with their courses: %(count)s."),
        dangerous=True,
        grave=True,
        needs_reason=True,
        offered=lambda site: site.live,
    ),
    Act(
        name="block",
        label=_("Block its secret"),
        effect=lambda site: gettext("It is removed, and nobody registers with its secret again."),
        carry_out=each(blocking.block),
        done=_("Blocked: %(count)s."),
        dangerous=True,
        grave=True,
        needs_reason=True,
        offered=lambda site: site.live,
    ),
)
