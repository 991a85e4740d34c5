"""What arrives with the browser of a site's administrator, and where that browser is sent afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from hub.errors import HubError
from hub.outgoing.targets import read_target
from hub.sites.details import SiteDetails
from hub.sites.identity import UrlUnusable, url_key
from hub.tokens.issuing import hashed

LONGEST_SECRET = 1000
LONGEST_HUB_NAME = 255


class SecretMissing(HubError):
    """A registration without the secret that makes a site recognisable."""

    key = "errorwrongdata"

    def __init__(self) -> None:
        super().__init__(
            "The site's secret is missing from the address, or it is too long. "
            "Start the registration on your Moodle site, under Site administration, Registration."
        )


class WrongHubPassword(HubError):
    """The hub asks for a password, and this was another one."""

    key = "wronghubpassword"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This hub asks for a password, and the one your site sent is not right. "
            "Ask the administrator of the hub for it, then register again and type it in."
        )


@dataclass(frozen=True)
class Arrival:
    """A site that wants to register: who it says it is, its secret, and the hub's address as the site knows it."""

    details: SiteDetails
    key: str
    secret: str = field(repr=False)
    huburl: str
    password: str = field(default="", repr=False)
    address: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, str], *, huburl: str, address: str) -> Arrival:
        """Read the parameters of the redirect; UrlUnusable or SecretMissing, for nothing else is ever required."""
        details = SiteDetails.parse_redirect(given)
        secret = given.get("token", "")
        if not details.url:
            raise UrlUnusable("The site's URL is missing. Start the registration on your Moodle site.")
        key = url_key(details.url)
        if not secret.strip() or len(secret) > LONGEST_SECRET:
            raise SecretMissing
        return cls(details, key, secret, huburl, given.get("password", ""), address)

    @property
    def secret_hash(self) -> str:
        return hashed(self.secret)


def require_password(arrival: Arrival, fits: Callable[[str], bool]) -> None:
    """Raise WrongHubPassword unless what the site brought as the hub's password fits."""
    if not fits(arrival.password):
        raise WrongHubPassword


def known_address(huburl: str, host: str, own: Iterable[str]) -> str:
    """The hub's address to echo to a site, which compares it byte for byte with the one it stored.

    ``own`` are the hub's addresses, the public one first. What the site sent is echoed if it is one of them; else the
    one that matches the ``Host`` header (older sites leave the port out); else the public one.
    """
    addresses = list(own)
    if huburl and _key(huburl) in {_key(each) for each in addresses}:
        return huburl
    matching = (each for each in addresses if host.lower() in (urlsplit(each).netloc.lower(), urlsplit(each).hostname))
    return next(matching, addresses[0])


def _key(url: str) -> str | None:
    try:
        return url_key(url)
    except UrlUnusable:
        return None


@dataclass(frozen=True)
class HandOver:
    """Where the browser goes next: a page of the site, with what the site needs to know."""

    location: str = field(repr=False)


def confirmation(site_url: str, *, newtoken: str, huburl: str, secret: str, hub_name: str) -> HandOver:
    """The site's page that takes the new token in. The site drops what is no letter or digit from the token."""
    values = {"newtoken": newtoken, "url": huburl, "token": secret, "hubname": shown_hub_name(hub_name)}
    return HandOver(on_site(site_url, "confirmregistration.php", **values))


def renewal(site_url: str, *, huburl: str, secret: str, hub_name: str) -> HandOver:
    """The site's page that gives it a new secret."""
    values = {"url": huburl, "token": secret, "hubname": shown_hub_name(hub_name)}
    return HandOver(on_site(site_url, "renewregistration.php", **values))


def on_site(site_url: str, page: str, **values: str) -> str:
    """A registration page of the site, below its URL as it was sent."""
    base = site_url if site_url.isascii() else read_target(site_url).url
    query = f"?{urlencode(values, quote_via=quote)}" if values else ""
    return f"{base.rstrip('/')}/admin/registration/{page}{query}"


def shown_hub_name(name: str) -> str:
    """The hub's name as sites can store it: one line without markup."""
    return name.replace("<", "").replace(">", "")[:LONGEST_HUB_NAME] or "Moodle course hub"
