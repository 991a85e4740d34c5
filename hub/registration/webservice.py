"""What registered sites call about themselves: update, ask whether they are registered, leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, has_request_context, request

from hub.extensions import db
from hub.proxies import neighbourhood
from hub.ratelimits import NEW_URLS, spend
from hub.registration import leaving, updating
from hub.registration.signatures import Signature
from hub.sites import listing
from hub.sites.details import EXTRAS, FIGURES, STATISTICS, SiteDetails
from hub.sites.identity import UrlUnusable, url_key
from hub.sites.probe import UPDATE_SECONDS, ProbeResult
from hub.tokens.issuing import hashed
from hub.tokens.services import Service
from hub.webservices.dispatch import Caller
from hub.webservices.exchange import Wire
from hub.webservices.faults import InvalidToken
from hub.webservices.registry import function
from hub.webservices.schema import Type, integer, many, raw, yes_no

_KEYS = (*SiteDetails.wire_names(), *FIGURES, *EXTRAS, *STATISTICS)


@dataclass(frozen=True)
class SiteInfo(Type):
    """What a site says about itself: any keys, any scalars, nothing required."""

    words: str = "{" + ", ".join(f"{name}?" for name in _KEYS) + "}"

    def read(self, value: Wire) -> SiteDetails:
        if value in (None, "", []):
            return SiteDetails.parse({})
        if not isinstance(value, dict):
            raise ValueError("must be a structure with named values")
        return SiteDetails.parse(value)

    def give(self, value: Any) -> Wire:
        raise TypeError("sites tell this, nobody is told")


def _ask_at_new_url(caller: Caller, siteinfo: SiteDetails, **_others: Any) -> ProbeResult | None:
    """What asking the site gives, if it tells another URL than the one we know; outside any transaction."""
    site = listing.get(_site_id(caller))
    known_key = site.url_key
    db.session.rollback()
    if not siteinfo.url or url_key(siteinfo.url) == known_key:
        return None
    spend(NEW_URLS, neighbourhood(_address()))
    result: ProbeResult = current_app.extensions["hub_probe"](siteinfo.url, UPDATE_SECONDS)
    return result


@function(
    "hub_update_site_info",
    services=[Service.SITE],
    takes={"siteinfo": SiteInfo(), "timestamp": integer, "signature": raw},
    defaults={"timestamp": 0, "signature": ""},
    gives=yes_no,
    writes=True,
    prepare=_ask_at_new_url,
)
def update_site_info(
    caller: Caller, siteinfo: SiteDetails, timestamp: int, signature: str, prepared: ProbeResult | None
) -> bool:
    """Tell what is new about the calling site."""
    site = listing.hold(_site_id(caller))
    mark = Signature(timestamp, signature) if signature else None
    updating.update(site, siteinfo, probed=prepared, signature=mark, address=_address())
    return True


@function(
    "hub_site_is_registered",
    services=[Service.SITE],
    takes={"siteurl": raw, "sitesecret": raw},
    defaults={"siteurl": "", "sitesecret": ""},
    gives=yes_no,
)
def site_is_registered(caller: Caller, siteurl: str, sitesecret: str) -> bool:
    """Whether the calling site is the one with this URL and this secret."""
    site = listing.get(_site_id(caller))
    try:
        return site.url_key == url_key(siteurl) and site.secret_hash == hashed(sitesecret)
    except UrlUnusable:
        return False


@function(
    "hub_unregister_site",
    services=[Service.SITE],
    takes={"url": many(raw)},
    optional=["url"],
    gives=yes_no,
    writes=True,
    unknown_token_answer=True,
)
def unregister_site(caller: Caller, url: list[str] | None = None) -> bool:
    """Let the calling site leave the hub."""
    leaving.unregister(listing.hold(_site_id(caller)))
    return True


def _site_id(caller: Caller) -> int:
    if caller.site_id is None:
        raise InvalidToken
    return caller.site_id


def _address() -> str:
    return request.remote_addr or "" if has_request_context() else ""
