"""What a moderator does about the matters of a site."""

from __future__ import annotations

from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.sites import matters
from hub.sites.models import Site


class MatterNotFound(HubError):
    """Nothing like this waits about the site."""

    key = "matternotfound"
    status = 404


def close(site: Site, matter_id: int, *, by: Actor) -> None:
    """Note that somebody has dealt with this matter of the site; MatterNotFound when there is none."""
    matter = matters.find(matter_id)
    if matter is None or matter.site_id != site.id:
        raise MatterNotFound("There is no such matter about this site. Look at the list of what waits.")
    if matter.closed_at is not None:
        return
    matters.close(matter)
    record(Event.SITE_MATTER_CLOSED, site, by=by, matter=matter.kind.value)
