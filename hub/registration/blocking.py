"""Secrets that may not register again, because they were stolen or misused."""

from __future__ import annotations

from hub import clock
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.registration import leaving, restoring
from hub.sites import listing, standing
from hub.sites.identity import secret_stem_hash
from hub.sites.models import BlockedSecret, Site
from hub.tokens.issuing import hashed


class SecretBlocked(HubError):
    """A site with a blocked secret asks to be let in."""

    key = "registrationblocked"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "The secret of the site that asks is blocked on this hub, so it is not let in. It gets a new secret when "
            "it starts its registration again, and may ask with that one."
        )


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


def require_free(secret: str) -> None:
    """Raise SecretBlocked for a secret that is blocked; asked once the sites concerned are held: a block holds them."""
    if is_blocked(secret):
        raise SecretBlocked


def is_blocked(secret: str) -> bool:
    """Whether the secret is blocked, or one that differs only in the 14 digits which recent Moodles append."""
    return listing.is_kept_out(hashed(secret), secret_stem_hash(secret))
