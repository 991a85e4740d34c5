"""Who may confirm for a site: its contact, and for two weeks after a change still the contact before."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub import clock
from hub.events.record import Actor, Event, record, times
from hub.registration import mails
from hub.sites.contact_link import LinkInvalid
from hub.sites.former_contact import GRACE, still_decides
from hub.sites.models import Site

MOST_TOLD_A_DAY = 3  # changes of one site: who changes it to and fro must not flood somebody's mailbox


def confirming(site: Site, now: datetime) -> str:
    """The address that decides for the site now; empty when only a moderator can."""
    return site.previous_contact_email if still_decides(site, now) else site.contact_email


def require_still_asked(site: Site, asked: str) -> None:
    """Raise LinkInvalid when somebody else than the one who was mailed decides by now: a moderator named another."""
    if asked.casefold() != confirming(site, clock.now()).casefold():
        raise LinkInvalid


def change(site: Site, address: str, *, now: datetime, by: Actor) -> bool:
    """Note the contact's new address and tell the old one; whether anything changed. No address told: none changes.

    Where nobody was known before, moderators decide for two weeks: who knows the secret must not name himself.
    """
    if not address or address == site.contact_email:
        return False
    old, deciding = site.contact_email, confirming(site, now)
    site.contact_email = address
    if address.casefold() == old.casefold():
        return True
    if address == deciding:
        site.previous_contact_email, site.contact_changed_at = "", None
    else:
        site.previous_contact_email, site.contact_changed_at = deciding, now
    record(Event.SITE_CONTACT_CHANGED, site, by=by, old=old, new=address)
    if times(site, now - timedelta(days=1), Event.SITE_CONTACT_CHANGED) <= MOST_TOLD_A_DAY:
        for told in dict.fromkeys((deciding, old)):
            mails.contact_changed(site, told, GRACE.days)
    return True
