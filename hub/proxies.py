"""Who is really asking, when a proxy asks for them: believed only from the networks of HUB_TRUSTED_PROXIES."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Puts the visitor's address and scheme, as told by trusted proxies, where the application looks for them."""

    def __init__(self, application: WSGIApplication, networks: tuple[Network, ...]) -> None:
        self.application = application
        self.networks = networks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self.networks and self._trusts(environ.get("REMOTE_ADDR", "")):
            self._believe(environ)
        return self.application(environ, start_response)

    def _believe(self, environ: WSGIEnvironment) -> None:
        environ["REMOTE_ADDR"] = self._nearest_stranger(environ)
        scheme = _last(environ.get("HTTP_X_FORWARDED_PROTO", "")).lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme

    def _nearest_stranger(self, environ: WSGIEnvironment) -> str:
        """The last address in the chain that is no proxy of ours: what stands before it, anybody may have written."""
        nearest = str(environ["REMOTE_ADDR"])
        for told in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            address = _address(told)
            if address is None:
                break
            nearest = str(address)
            if not self._trusts(nearest):
                break
        return nearest

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self.networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """Whom limits count as one: an IPv4 address, or the IPv6 network that a single visitor gets (/64)."""
    known = _address(address)
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known) if known else address


def _last(values: str) -> str:
    return values.rpartition(",")[2].strip()
