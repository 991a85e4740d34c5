"""The contact of a site says that he never registered it."""

from __future__ import annotations

from hub.events.record import Actor, Event, record
from hub.registration import mails
from hub.sites import matters
from hub.sites.models import MatterKind, Site


def disown(site: Site, *, by: Actor) -> None:
    """Let moderators look at the site and hear of it; said once or often, they hear it once."""
    if any(matter.kind is MatterKind.DISOWNED for matter in matters.of(site)):
        return
    matters.open_matter(site, MatterKind.DISOWNED)
    record(Event.SITE_DISOWNED, site, by=by)
    mails.site_disowned(site)
