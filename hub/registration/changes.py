"""What a site newly says about itself goes into its row; what moderators and contacts should hear of, they hear."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from hub import clock
from hub.events.record import Actor, Event, record, times
from hub.extensions import db
from hub.registration import contacts, mails
from hub.sites import matters
from hub.sites.changes import noting
from hub.sites.details import SiteDetails
from hub.sites.models import MatterKind, Site

MOST_TOLD_A_DAY = 3  # changes of one site: its matter stays in the queue, whatever it is called by then


def apply(
    site: Site,
    details: SiteDetails,
    *,
    completely: bool,
    by: Actor,
    now: datetime,
    key: str | None = None,
    held: Collection[str] = (),
) -> list[str]:
    """Write the details into the row and tell who has to know; the names of the fields that changed.

    ``key`` is the site's URL key from now on, if the URL is to change; ``held`` names fields that must stay.
    """
    old_name, old_url = site.name, site.url
    with noting(site, by=by):
        changed = details.describe(site, completely=completely)
        if key is not None and "url" not in held and site.url != details.url:
            site.url, site.url_key = details.url, key
            changed.append("url")
        if "contact_email" not in held and contacts.change(site, details.contact_email, now=now, by=by):
            changed.append("contact_email")
        if changed:
            site.modified_at = now
        db.session.flush()
    _tell(site, old_name, old_url, by=by)
    return changed


def _tell(site: Site, old_name: str, old_url: str, *, by: Actor) -> None:
    renamed = bool(old_name) and site.name != old_name
    if renamed:
        record(Event.SITE_RENAMED, site, by=by, old=old_name, new=site.name)
        matters.open_matter(site, MatterKind.NEW_NAME, old=old_name, new=site.name)
    if site.url != old_url:
        record(Event.SITE_URL_CHANGED, site, by=by, old=old_url, new=site.url)
    if (renamed or site.url != old_url) and _seldom(site):
        mails.site_changed(site, old_name, old_url)


def _seldom(site: Site) -> bool:
    lately = clock.now() - timedelta(days=1)
    return times(site, lately, Event.SITE_RENAMED, Event.SITE_URL_CHANGED) <= MOST_TOLD_A_DAY
