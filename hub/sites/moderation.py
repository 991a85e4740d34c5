"""What moderators decide about sites: the only functions that show, hide, trust and prioritise them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub import clock
from hub.admin import undoing
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.sites import changes, corrections, listing, standing
from hub.sites.models import Hider, Site
from hub.sites.standing import Change, require_live


class PriorityOverAlready(HubError):
    """A priority cannot end in the past."""

    key = "priorityoveralready"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"The priority would have ended on {until:%Y-%m-%d} already. Choose a later day, or none.")


class TrustUnproven(HubError):
    """Nothing shows yet that the site belongs to whoever registered it."""

    key = "trustunproven"
    status = 409

    def __init__(self, site: Site) -> None:
        super().__init__(
            f"Nothing speaks for {site.url} yet: the site has not called the hub since it registered. "
            "Give a reason why you trust it."
        )


proofs: list[Callable[[Site], str | None]] = []  # stories know more about a site than it does: they add themselves


def proof(site: Site) -> str | None:
    """The key of what trust in this site can rest on, or nothing.

    ``file``, ``txt``, ``meta``: whoever has its secret has placed that, so the address is his. ``tokenused``: it called
    with its token (on ``site.confirmed_at``), so it is in use. The token passed through the browser of whoever
    registered it, so this tells nothing about who owns the domain.
    """
    proven = next(filter(None, (told(site) for told in proofs)), None)
    return proven or ("tokenused" if site.confirmed_at is not None else None)


def show(site: Site, *, by: Actor, reason: str = "") -> None:
    """Let visitors see the site and its courses."""
    _hold_live(site)
    if site.visible:
        return
    _set(site, "show", Change.SHOWN, by=by, visible=True, hidden_by=Hider.NOBODY)
    record(Event.SITE_SHOWN, site, by=by, reason=reason)


def hide(site: Site, *, by: Actor, reason: str = "", hider: Hider = Hider.MODERATOR) -> None:
    """Take the site and its courses out of visitors' sight; nothing the site does undoes it.

    One that the hub had hidden because it was unreachable stays hidden when it answers again.
    """
    _hold_live(site)
    if site.hidden_by_moderator or (hider is not Hider.MODERATOR and not site.visible):
        return
    _set(site, "hide", Change.HIDDEN, by=by, visible=False, hidden_by=hider)
    record(Event.SITE_HIDDEN, site, by=by, reason=reason)


def trust(site: Site, *, by: Actor, reason: str = "") -> None:
    """Let the site's courses be visible at once. TrustUnproven without a proof of ownership and without a reason."""
    _hold_live(site)
    if site.trusted:
        return
    _require_proof(site, reason)
    _set(site, "trust", Change.TRUSTED, by=by, trusted=True)
    record(Event.SITE_TRUSTED, site, by=by, reason=reason, proof=proof(site) or "none")


def untrust(site: Site, *, by: Actor, reason: str = "") -> None:
    """From now on a moderator looks at each course; being prioritised ends as well."""
    _hold_live(site)
    if not site.trusted:
        return
    ended = site.prioritised
    changed = [Change.UNPRIORITISED] * ended + [Change.DISTRUSTED]
    _set(site, "untrust", *changed, by=by, trusted=False, prioritised=False, prioritised_until=None)
    record(Event.SITE_DISTRUSTED, site, by=by, reason=reason, priority_ended=ended)


def prioritise(site: Site, *, by: Actor, reason: str = "", until: datetime | None = None) -> None:
    """List the site's courses before others, for ever or until a moment; implies trust, on the same conditions.

    PriorityOverAlready when the moment has passed.
    """
    _hold_live(site)
    if until is not None and until <= clock.now():
        raise PriorityOverAlready(until)
    if site.prioritised and site.prioritised_until == until:
        return
    changed, trusted = [Change.PRIORITISED] * (not site.prioritised), {}
    if not site.trusted:
        _require_proof(site, reason)
        changed, trusted = [Change.TRUSTED, *changed], {"trusted": True, "proof": proof(site) or "none"}
    _set(site, "prioritise", *changed, by=by, trusted=True, prioritised=True, prioritised_until=until)
    record(Event.SITE_PRIORITISED, site, by=by, reason=reason, until=undoing.plain(until), **trusted)


def unprioritise(site: Site, *, by: Actor, reason: str = "") -> None:
    """List the site's courses among the others; it stays trusted."""
    _hold_live(site)
    if not site.prioritised:
        return
    _set(site, "unprioritise", Change.UNPRIORITISED, by=by, prioritised=False, prioritised_until=None)
    record(Event.SITE_UNPRIORITISED, site, by=by, reason=reason)


def end_priorities(now: datetime, *, by: Actor, at_most: int = 50) -> int:
    """End what was to end by now; how many priorities ended. Whoever ends one at the same time ends it alone."""
    over = listing.live().where(Site.prioritised_until <= now, Site.prioritised).order_by(Site.id).limit(at_most)
    held = over.with_for_update(skip_locked=True)
    sites = db.session.scalars(held, execution_options={"populate_existing": True}).all()
    for site in sites:
        until = undoing.plain(site.prioritised_until)
        _set(site, "unprioritise", Change.UNPRIORITISED, by=by, prioritised=False, prioritised_until=None)
        record(Event.SITE_PRIORITY_ENDED, site, by=by, until=until)
    return len(sites)


def set_quota(
    site: Site, *, by: Actor, reason: str = "", publications_a_day: int | None = None, bytes_a_day: int | None = None
) -> None:
    """What the site may publish in 24 hours and send on a day; nothing: as the hub's settings say, 0: none."""
    _hold_live(site)
    new = {"publications_a_day": publications_a_day, "bytes_a_day": bytes_a_day}
    old = {name: getattr(site, name) for name in new}
    if new == old:
        return
    with changes.noting(site, by=by):
        _set(site, "quota", by=by, **new)
    record(Event.SITE_QUOTA_CHANGED, site, by=by, reason=reason, old=old, new=new)


def edit(site: Site, wanted: Mapping[str, Any], *, by: Actor) -> None:
    """Correct what the site told (fields of ``corrections``). Its token follows it, so a new URL takes nothing away."""
    unknown = wanted.keys() - corrections.READERS.keys()
    if unknown:
        raise ValueError(f"moderators do not edit {', '.join(sorted(unknown))}")
    standing.hold(site)
    new = {name: value for name, value in wanted.items() if getattr(site, name) != value}
    if not new:
        return
    record(Event.SITE_EDITED, site, by=by, old={name: getattr(site, name) for name in new}, new=new)
    changed = new | _following(new)
    before = {name: getattr(site, name) for name in changed}
    apply_edit(site, changed, by=by)
    undoing.note("edit", site, before, changed, by=by, title=site.title)


def apply_edit(site: Site, new: Mapping[str, Any], *, by: Actor) -> None:
    """Write these values into the row; UrlAlreadyRegistered when its new URL is another site's."""
    if "url" in new:
        site.url_key = listing.free_key(new["url"], but=site)
    with changes.noting(site, by=by):
        for name, value in new.items():
            setattr(site, name, value)
        site.modified_at = clock.now()
        db.session.flush()


def _following(new: Mapping[str, Any]) -> dict[str, Any]:
    """A moderator who names the contact settles the question of whom to ask."""
    return {"previous_contact_email": "", "contact_changed_at": None} if "contact_email" in new else {}


def _hold_live(site: Site) -> None:
    standing.hold(site)
    require_live(site)


def _require_proof(site: Site, reason: str) -> None:
    if not proof(site) and not reason.strip():
        raise TrustUnproven(site)


def _set(site: Site, act: str, *changed: Change, by: Actor, **new: Any) -> None:
    """Let the columns say this, tell who depends on them, and note what it was; nobody undoes what a job does."""
    before = {name: getattr(site, name) for name in new}
    with standing.changing(site, *changed):
        for name, value in new.items():
            setattr(site, name, value)
    if not by.actor.startswith("job:"):
        undoing.note(act, site, before, new, by=by, title=site.title)


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
    with standing.changing(site, Change.TRUSTED if site.trusted else Change.DISTRUSTED):
        site.trust_paused = False
