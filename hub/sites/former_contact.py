"""After a change of a site's contact the one before decides for two weeks: only then is he listened to."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.sites import matters
from hub.sites.models import MatterKind, Site

GRACE = timedelta(days=14)


def still_decides(site: Site, now: datetime) -> bool:
    """Whether the contact before decides (moderators, if there was none): for two weeks after the change.

    If a contact said within them that he knows nothing of it, they last until a moderator has looked at it. Said
    later it changes nothing: a site that was handed on stays with its new people.
    """
    if site.contact_changed_at is None:
        return False
    over = site.contact_changed_at + GRACE
    return now < over or _disputed(site, over)


def _disputed(site: Site, before: datetime) -> bool:
    return any(matter.kind is MatterKind.DISOWNED and matter.opened_at < before for matter in matters.of(site))
