"""What moderators decide about sites: the only functions that show, hide, trust and prioritise them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub import clock
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.sites import listing
from hub.sites.models import Hider, Site
from hub.sites.standing import Change, changing, require_live

EDITABLE = (
    "name",
    "url",
    "description",
    "contact_name",
    "contact_email",
    "language",
    "country_code",
    "publications_a_day",
)


class TrustUnproven(HubError):
    """Nothing shows yet that the site belongs to whoever registered it."""

    key = "trustunproven"
    status = 409

    def __init__(self, site: Site) -> None:
        super().__init__(
            f"Nothing speaks for {site.url} yet: the site has not called the hub since it registered. "
            "Give a reason why you trust it."
        )


def proof(site: Site) -> str | None:
    """The key of what trust in this site can rest on, or nothing.

    ``tokenused``: it called with its token (on ``site.confirmed_at``), so it is in use. The token passed through the
    browser of whoever registered it, so this tells nothing about who owns the domain.
    """
    return "tokenused" if site.confirmed_at is not None else None


def show(site: Site, *, by: Actor, reason: str = "") -> None:
    """Let visitors see the site and its courses."""
    require_live(site)
    if site.visible:
        return
    with changing(site, Change.SHOWN):
        site.visible, site.hidden_by = True, Hider.NOBODY
    record(Event.SITE_SHOWN, site, by=by, reason=reason)


def hide(site: Site, *, by: Actor, reason: str = "", hider: Hider = Hider.MODERATOR) -> None:
    """Take the site and its courses out of visitors' sight; nothing the site does undoes it.

    One that the hub had hidden because it was unreachable stays hidden when it answers again.
    """
    require_live(site)
    if site.hidden_by_moderator or (hider is not Hider.MODERATOR and not site.visible):
        return
    with changing(site, Change.HIDDEN):
        site.visible, site.hidden_by = False, hider
    record(Event.SITE_HIDDEN, site, by=by, reason=reason)


def trust(site: Site, *, by: Actor, reason: str = "") -> None:
    """Let the site's courses be visible at once. TrustUnproven without a proof of ownership and without a reason."""
    require_live(site)
    if site.trusted:
        return
    if not proof(site) and not reason.strip():
        raise TrustUnproven(site)
    with changing(site, Change.TRUSTED):
        site.trusted = True
    record(Event.SITE_TRUSTED, site, by=by, reason=reason, proof=proof(site) or "none")


def untrust(site: Site, *, by: Actor, reason: str = "") -> None:
    """From now on a moderator looks at each course; being prioritised ends as well."""
    require_live(site)
    if not site.trusted:
        return
    unprioritise(site, by=by, reason=reason)
    with changing(site, Change.DISTRUSTED):
        site.trusted = False
    record(Event.SITE_DISTRUSTED, site, by=by, reason=reason)


def prioritise(site: Site, *, by: Actor, reason: str = "") -> None:
    """List the site's courses before others; implies trust, on the same conditions."""
    require_live(site)
    if site.prioritised:
        return
    trust(site, by=by, reason=reason)
    with changing(site, Change.PRIORITISED):
        site.prioritised = True
    record(Event.SITE_PRIORITISED, site, by=by, reason=reason)


def unprioritise(site: Site, *, by: Actor, reason: str = "") -> None:
    """List the site's courses among the others; it stays trusted."""
    require_live(site)
    if not site.prioritised:
        return
    with changing(site, Change.UNPRIORITISED):
        site.prioritised = False
    record(Event.SITE_UNPRIORITISED, site, by=by, reason=reason)


def edit(site: Site, changes: Mapping[str, Any], *, by: Actor) -> None:
    """Correct what the site told (fields in EDITABLE). Its token follows the site, so a new URL takes nothing away."""
    unknown = changes.keys() - set(EDITABLE)
    if unknown:
        raise ValueError(f"moderators do not edit {', '.join(sorted(unknown))}")
    new = {name: value for name, value in changes.items() if getattr(site, name) != value}
    if not new:
        return
    if "url" in new:
        site.url_key = listing.free_key(new["url"], but=site)
    if "contact_email" in new:
        site.previous_contact_email, site.contact_changed_at = "", None
    old = {name: getattr(site, name) for name in new}
    for name, value in new.items():
        setattr(site, name, value)
    site.modified_at = clock.now()
    db.session.flush()
    record(Event.SITE_EDITED, site, by=by, old=old, new=dict(new))


def pause_trust(site: Site) -> None:
    """Until it is decided whether the site moved, what it publishes from now on needs a moderator.

    What trust had shown stays visible: many Moodles send the same secret to every hub, so whoever knows it can claim
    a move, and must not empty a trusted site's listing by that.
    """
    site.trust_paused = True


def resume_trust(site: Site) -> None:
    """The move was decided: trust is in force again, if there was any."""
    if not site.trust_paused:
        return
    with changing(site, Change.TRUSTED if site.trusted else Change.DISTRUSTED):
        site.trust_paused = False
