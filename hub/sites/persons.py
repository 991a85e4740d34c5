"""A person as contact of sites."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.admin.models import DoneAct
from hub.database import touched
from hub.extensions import db
from hub.privacy import persons
from hub.privacy.retention import keep
from hub.privacy.rows import eraser, finder
from hub.privacy.settings import keepleftcontacts
from hub.sites import changes
from hub.sites.models import Site, SiteChange, SiteState

_CONTACT = {"contact_name": "", "contact_email": "", "contact_key": "", "contact_phone": "", "contactable": False}
_SHOWN = ("id", "url", "name", "state", "contact_name", "contact_email", "contact_phone", "address", "registered_at")

persons.add(
    persons.Holder(
        "sites",
        _("Sites whose contact this is"),
        finder(Site, Site.contact_email, _SHOWN),
        eraser(Site, Site.contact_email, {**_CONTACT, "address": ""}),
    )
)
persons.add(
    persons.Holder(
        "former contact",
        _("Sites whose contact this was"),
        finder(
            Site, Site.previous_contact_email, ("id", "url", "name", "previous_contact_email", "contact_changed_at")
        ),
        eraser(Site, Site.previous_contact_email, {"previous_contact_email": ""}),  # moderators decide in his place
    )
)
persons.add(
    persons.Holder(
        "changes of sites",
        _("What changed about the contacts of sites"),
        lambda address: [
            {name: getattr(row, name) for name in ("site_id", "at", "field", "old", "new")}
            for row in db.session.scalars(sa.select(SiteChange).where(changes.concerning(address)))
        ],
        lambda address: changes.erase(changes.concerning(address)),
    )
)
persons.add(
    persons.Holder(
        "acts that can be undone",
        _("What an act on a site changed, kept so that it can be undone"),
        lambda address: [
            {
                "site_id": done.subject_id,
                "act": done.act,
                "at": done.done_at,
                "before": done.before,
                "after": done.after,
            }
            for done in db.session.scalars(sa.select(DoneAct).where(_naming(address)))
        ],
        lambda address: len(db.session.execute(sa.delete(DoneAct).where(_naming(address)).returning(DoneAct.id)).all()),
    )
)


def _naming(address: str) -> sa.ColumnElement[bool]:
    """Whether an act that was noted changed something to or from this address."""
    kept = sa.cast(DoneAct.before, sa.Text) + sa.cast(DoneAct.after, sa.Text)
    return sa.and_(DoneAct.subject_type == Site.__tablename__, kept.icontains(f'"{address}"', autoescape=True))


def forget_contacts_of_left(before: datetime) -> int:
    """Empty the contact of sites that left earlier; how many."""
    known = sa.or_(
        *(getattr(Site, name) != "" for name in ("contact_name", "contact_email", "contact_phone", "address"))
    )
    left = sa.update(Site).where(Site.state != SiteState.LIVE, Site.left_at < before, known)
    emptied = left.values(**_CONTACT, address="", previous_contact_email="")
    return touched(db.session, emptied)


keep("contacts of sites that left", keepleftcontacts.name, forget_contacts_of_left)
