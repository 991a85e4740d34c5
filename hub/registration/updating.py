"""A registered site tells what is new about it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from cryptography.fernet import InvalidToken

from hub import clock
from hub.events.record import Event, record
from hub.registration import changes, moving
from hub.registration.blocks import AttemptBlocked
from hub.registration.decisions import require_reachable, same_host
from hub.registration.signatures import Signature
from hub.sealing import unsealed
from hub.sites import listing, matters
from hub.sites.details import SiteDetails
from hub.sites.models import MatterKind, Site
from hub.sites.probe import ProbeResult

_NOT_ASKED = ProbeResult(False, sentence="It changed its URL twice at the same moment; please try again.")


def update(
    site: Site, details: SiteDetails, *, probed: ProbeResult | None, signature: Signature | None, address: str
) -> None:
    """Take in what the site says. ``probed`` is what asking a new URL gave.

    Raises the errors of signatures, SiteUnreachable for a URL that does not answer, UrlAlreadyRegistered for another
    site's URL. A URL on another host waits for a decision; all else holds at once.
    """
    now = clock.now()
    signed_at = _signed_at(site, details, signature, now)
    held = _hold_back(site, details) if site.signed_at is not None and signed_at is None else set()
    key = _new_key(site, details, probed, address) if "url" not in held else None
    changed = changes.apply(site, details, completely=True, by=site, now=now, key=key, held=held)
    site.signed_at = signed_at or site.signed_at
    site.updated_at, site.address = now, address or site.address
    record(Event.SITE_UPDATED, site, by=site, changed=sorted(changed), signed=signed_at is not None, address=address)


def _signed_at(site: Site, details: SiteDetails, signature: Signature | None, now: datetime) -> datetime | None:
    if signature is None:
        return None
    try:
        key = unsealed(site.signing_key)
    except InvalidToken:  # sealed under another secret key of the hub: nothing can be said about the signature
        return None
    return signature.require_valid(details.url, key, last=site.signed_at, now=now)


def _hold_back(site: Site, details: SiteDetails) -> set[str]:
    """What an unsigned update must not change once the site has signed: somebody may have found its token."""
    asked = {"url": details.url, "contact_email": details.contact_email}
    held = {name: value for name, value in asked.items() if value and value != getattr(site, name)}
    if held and not _held_already(site, held):
        matters.open_matter(site, MatterKind.CHANGE_HELD, **held)
        record(Event.SITE_CHANGE_HELD, site, by=site, **held)
    return set(held)


def _held_already(site: Site, held: dict[str, str]) -> bool:
    return any(
        matter.kind is MatterKind.CHANGE_HELD and held.items() <= matter.details.items() for matter in matters.of(site)
    )


def _new_key(site: Site, details: SiteDetails, probed: ProbeResult | None, address: str) -> str | None:
    """The key under which the site is found from now on; nothing when its URL stays as it is for now."""
    if not details.url:
        return None
    key = listing.free_key(details.url, but=site)
    if key == site.url_key:
        return key
    require_reachable(details.url, probed or _NOT_ASKED)
    if same_host(site, key):
        return key
    with suppress(AttemptBlocked):  # a copy goes on telling where it lives; the contact has answered that already
        moving.ask(site, moving.Destination(SiteDetails.parse({"url": details.url}), key, address=address))
    return None
