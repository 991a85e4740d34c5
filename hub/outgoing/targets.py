"""Reading the URLs that the hub is asked to visit, so strictly that no two programs can read them differently."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from hub.outgoing.addresses import Address, read_ipv4
from hub.outgoing.errors import UrlRefused

LONGEST_URL = 2048
USUAL_PORTS = {"http": 80, "https": 443}

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
_URL = re.compile(r"(?P<scheme>[A-Za-z]+)://(?P<authority>[^/?#]+)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::(?P<port>[0-9]{0,5}))?")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
_KEPT = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True)
class Target:
    """Where a request goes. ``host`` is a name in ASCII or an address in its usual form, which ``literal`` holds."""

    scheme: str
    host: str
    port: int
    path: str
    literal: Address | None = None
    oddly_written: bool = False

    @property
    def url(self) -> str:
        """The target as a URL, in ASCII, without fragment."""
        port = "" if self.port == USUAL_PORTS[self.scheme] else f":{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def odd_port(self) -> bool:
        """Whether the port is neither 80 nor 443."""
        return self.port not in USUAL_PORTS.values()

    def followed(self, location: str) -> Target:
        """Where a redirect to ``location`` leads from here."""
        try:
            return read_target(urljoin(self.url, _repaired(location)))
        except (UrlRefused, ValueError) as error:
            reason = error.detail if isinstance(error, UrlRefused) else "The URL cannot be read."
            raise UrlRefused(f"The server redirects to a place where the hub does not follow. {reason}") from error


def read_target(text: str) -> Target:
    """The target that a URL names; UrlRefused, with advice, for everything that could mean two things."""
    if len(text) > LONGEST_URL:
        raise UrlRefused(f"The URL is longer than {LONGEST_URL} characters; shorten it.")
    if _FORBIDDEN.search(text):
        raise UrlRefused("The URL contains a space, a backslash or an invisible character; remove it.")
    parts = _URL.fullmatch(text)
    if not parts or parts["scheme"].lower() not in USUAL_PORTS:
        raise UrlRefused("The URL must start with http:// or https:// and a host name.")
    scheme = parts["scheme"].lower()
    host, port = _host_and_port(parts["authority"])
    path = quote((parts["path"] or "/") + (parts["query"] or ""), safe=_KEPT)
    return _target(scheme, host, port or USUAL_PORTS[scheme], path)


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise UrlRefused("The URL contains a user name or password; remove everything up to the @.")
    parts = _AUTHORITY.fullmatch(authority)
    if not parts:
        raise UrlRefused("The URL's host or port cannot be read; write it like https://moodle.example.org:8443/.")
    port = int(parts["port"]) if parts["port"] else None
    if port is not None and not 0 < port < 65536:
        raise UrlRefused("The URL's port must be a number between 1 and 65535.")
    return parts["host"], port


def _target(scheme: str, host: str, port: int, path: str) -> Target:
    try:
        name, literal = _name_and_literal(host)
    except ValueError as error:
        raise UrlRefused("The URL's host is neither a name nor an address; check its spelling.") from error
    return Target(scheme, name, port, path, literal, oddly_written=isinstance(literal, IPv4Address) and host != name)


def _name_and_literal(host: str) -> tuple[str, Address | None]:
    if host.startswith("["):
        literal: Address | None = IPv6Address(host[1:-1])
    else:
        host = _ascii_name(host)
        literal = read_ipv4(host)
    return (str(literal) if literal else host), literal


def _ascii_name(host: str) -> str:
    """The name as the DNS knows it: mapped by IDNA, in small letters, without the final dot. ValueError otherwise."""
    name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    name = name.lower().removesuffix(".")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{host!r} is not a host name")
    return name


def _repaired(location: str) -> str:
    """A Location header as its server meant it: UTF-8 that arrived as Latin-1, spaces that were not encoded."""
    with suppress(UnicodeError):  # when it was not UTF-8 it is judged as it stands
        location = location.encode("latin-1").decode()
    return location.strip(" \t").replace(" ", "%20")
