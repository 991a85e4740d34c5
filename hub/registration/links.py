"""Tokens of the links that the hub mails: whoever holds one has read the mailbox."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from hub import clock
from hub.errors import HubError
from hub.sites.models import Site

STATE_LINK_LASTS = timedelta(days=60)


class LinkInvalid(HubError):
    """A mailed link that is wrong, was used, or is too old."""

    key = "freshtokenerror"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This link is not valid any more: it was used, it is too old, or it was not copied completely. "
            "If a site still waits for you, let it register again; the hub then mails a new link."
        )


class _MailedLink:
    actor = "mailed link"


MAILED_LINK = _MailedLink()  # the actor of whatever is done by following a link from a mail


def token(purpose: str, *parts: object) -> str:
    """The token of the one link with this purpose and these parts; made anew, it is the same."""
    message = "|".join([purpose, *map(str, parts)])
    return hmac.new(_key(), message.encode(), hashlib.sha256).hexdigest()


def state_token(site: Site) -> str:
    """The token of the page where the site's contact sees its state; it ends after some weeks."""
    return str(_signer().dumps([site.id, _fingerprint(site.contact_email), clock.to_unix(clock.now())]))


def site_of_state_token(value: str) -> int:
    """The number of the site whose contact was mailed this token; LinkInvalid when it is none, or too old."""
    return int(_read(value)[0])


def is_for_contact(value: str, site: Site) -> bool:
    """Whether the token was mailed to the one who is the site's contact now, or was until lately."""
    contacts = filter(None, (site.contact_email, site.previous_contact_email))
    return _read(value)[1] in {_fingerprint(each) for each in contacts}


def _read(value: str) -> list[Any]:
    try:
        content = list(_signer().loads(value))
    except BadData as error:
        raise LinkInvalid from error
    if clock.now() - clock.from_unix(content[2]) > STATE_LINK_LASTS:
        raise LinkInvalid
    return content


def _fingerprint(address: str) -> str:
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_key().hex(), salt="site state")


def _key() -> bytes:
    return hashlib.sha256(b"hub mailed links " + str(current_app.config["SECRET_KEY"]).encode()).digest()
