"""The contact of a site, who has no account here: known by the link that the hub mails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from hub import clock
from hub.errors import HubError
from hub.runtime import hub_url
from hub.sites import former_contact, listing
from hub.sites.models import Site

LASTS = timedelta(days=60)


class LinkInvalid(HubError):
    """A mailed link that is wrong, was used, or is too old."""

    key = "freshtokenerror"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This link is not valid any more: it was used, it is too old, or it was not copied completely. "
            "If a site still waits for you, let it register again; the hub then mails a new link."
        )


def state_page(site: Site, to: str) -> str:
    """Where the contact at this address, the present or the former one, sees the site's state."""
    return f"{hub_url()}/registration/site?{urlencode({'token': state_token(site, to)})}"


def why_page(site: Site) -> str:
    """Where the contact sees why the site is listed, or why not."""
    return f"{hub_url()}/sites/{site.id}/why?{urlencode({'token': state_token(site, site.contact_email)})}"


def state_token(site: Site, to: str) -> str:
    """The token of the pages where the site's contact sees its state; it ends after some weeks.

    It speaks for the address to which it is mailed, and no longer than that one is listened to.
    """
    return str(_signer().dumps([site.id, _fingerprint(to), clock.to_unix(clock.now())]))


def get_told(token: str) -> Site:
    """The site whose contact was mailed this token, and is its contact still or was until lately; else LinkInvalid."""
    site_id, fingerprint, _at = _read(token)
    site = listing.get(int(site_id))
    if fingerprint not in {_fingerprint(each) for each in _listened_to(site) if each}:
        raise LinkInvalid
    return site


def _listened_to(site: Site) -> Iterator[str]:
    yield site.contact_email
    if former_contact.still_decides(site, clock.now()):
        yield site.previous_contact_email


def opens(token: str, site_id: int) -> bool:
    """Whether the holder of this token is the contact of the site of this number."""
    try:
        return get_told(token).id == site_id
    except HubError:
        return False


def _read(value: str) -> list[Any]:
    try:
        content = list(_signer().loads(value))
    except BadData as error:
        raise LinkInvalid from error
    if clock.now() - clock.from_unix(content[2]) > LASTS:
        raise LinkInvalid
    return content


def _fingerprint(address: str) -> str:
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    key = hashlib.sha256(b"hub mailed links " + str(current_app.config["SECRET_KEY"]).encode()).digest()
    return URLSafeSerializer(key.hex(), salt="site state")
