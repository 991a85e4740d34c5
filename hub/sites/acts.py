"""What moderators do about sites in their pages: the acts by name. Other features add theirs (``DESK.acts``)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hub.admin.acting import Act, Desk, acts_by_name, each
from hub.extensions import db
from hub.sites import checks, messages, moderation
from hub.sites.forms import MessageForm, PriorityForm, QuotaForm
from hub.sites.models import Site


def _load(ids: Sequence[int]) -> Sequence[Site]:
    return db.session.scalars(sa.select(Site).where(Site.id.in_(ids)).order_by(Site.id)).all()


def _quota_effect(site: Site) -> str:
    told = gettext("as the hub's settings say")
    courses = told if site.publications_a_day is None else str(site.publications_a_day)
    size = told if site.bytes_a_day is None else gettext("%(size)s MB", size=site.bytes_a_day // 1_000_000)
    effect: str = gettext("Now: courses in 24 hours %(courses)s, files a day %(size)s.", courses=courses, size=size)
    return effect


def _message_effect(site: Site) -> str:
    if not site.contact_email:
        return str(gettext("It has told no contact address: nobody can be written to."))
    return str(gettext("A mail goes to %(address)s; the answer reaches the hub's contact.", address=site.contact_email))


DESK = Desk(
    acts_by_name(
        Act(
            name="show",
            label=_("Show"),
            effect=lambda site: gettext("Visitors see it and its courses."),
            carry_out=each(moderation.show),
            done=_("Shown: %(count)s."),
            offered=lambda site: site.live and not site.visible,
        ),
        Act(
            name="hide",
            label=_("Hide"),
            effect=lambda site: gettext("Visitors no longer see it or its courses; it may still publish."),
            carry_out=each(moderation.hide),
            done=_("Hidden: %(count)s."),
            offered=lambda site: site.live and not site.hidden_by_moderator,
        ),
        Act(
            name="trust",
            label=_("Trust"),
            effect=lambda site: gettext("Its courses are visible at once, those that wait now too."),
            carry_out=each(moderation.trust),
            done=_("Trusted: %(count)s."),
            offered=lambda site: site.live and not site.trusted,
        ),
        Act(
            name="untrust",
            label=_("End the trust"),
            effect=lambda site: gettext(
                "A moderator looks at each of its courses; those shown by trust wait. It is no longer prioritised."
            ),
            carry_out=each(moderation.untrust),
            done=_("No longer trusted: %(count)s."),
            offered=lambda site: site.live and site.trusted,
        ),
        Act(
            name="prioritise",
            label=_("Prioritise"),
            effect=lambda site: gettext("It is trusted, and its courses are listed before others."),
            carry_out=each(moderation.prioritise),
            done=_("Prioritised: %(count)s."),
            form=PriorityForm,
            offered=lambda site: site.live,
        ),
        Act(
            name="unprioritise",
            label=_("End the priority"),
            effect=lambda site: gettext("Its courses are listed among the others; it stays trusted."),
            carry_out=each(moderation.unprioritise),
            done=_("No longer prioritised: %(count)s."),
            offered=lambda site: site.live and site.prioritised,
        ),
        Act(
            name="quota",
            label=_("Set its quota"),
            effect=_quota_effect,
            carry_out=each(moderation.set_quota),
            done=_("Quota set: %(count)s."),
            form=QuotaForm,
            offered=lambda site: site.live,
        ),
        Act(
            name="check",
            label=_("Check now"),
            effect=lambda site: gettext("It is asked within a minute whether it answers, before all others."),
            carry_out=each(checks.ask_now),
            done=_("Asked within a minute: %(count)s."),
            offered=lambda site: site.live,
        ),
        Act(
            name="message",
            label=_("Write to its contact"),
            effect=_message_effect,
            carry_out=each(messages.send),
            done=_("Written to: %(count)s."),
            form=MessageForm,
            offered=lambda site: bool(site.contact_email),
        ),
    ),
    _load,
    lambda site: site.title,
    undo="sites_admin.undo",
)
