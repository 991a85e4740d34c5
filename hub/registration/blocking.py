"""Secrets that may not register again, because they were stolen or misused."""

from __future__ import annotations

import sqlalchemy as sa

from hub import clock
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.registration import leaving, restoring
from hub.registration.arrival import Arrival
from hub.sites import standing
from hub.sites.models import BlockedSecret, Site


def block(site: Site, *, by: Actor, reason: str) -> BlockedSecret:
    """No site with this secret registers any more, and this one is removed; its courses are kept, out of sight."""
    standing.hold(site)
    standing.require_live(site)
    before = restoring.standing_of(site)
    blocked = BlockedSecret(
        secret_hash=site.secret_hash,
        stem_hash=site.secret_stem_hash,
        url=site.url,
        url_key=site.url_key,
        site_id=site.id,
        reason=reason,
        blocked_at=clock.now(),
    )
    db.session.add(blocked)
    leaving.expel(site, reason=reason)
    restoring.note("block", site, before | {"block": blocked.id}, by=by)
    record(Event.SECRET_BLOCKED, site, by=by, reason=reason, url=site.url)
    return blocked


def is_blocked(arrival: Arrival) -> bool:
    """Whether the secret is blocked, or one that differs only in the 14 digits which recent Moodles append."""
    hashes = [each for each in (arrival.secret_hash, arrival.stem_hash) if each]
    matching = sa.or_(BlockedSecret.secret_hash.in_(hashes), BlockedSecret.stem_hash.in_(hashes))
    return db.session.scalar(sa.select(BlockedSecret.id).where(matching).limit(1)) is not None
