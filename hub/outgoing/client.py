"""The one door to the outside: HTTP requests to places that strangers name, guarded at every step."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import requests
import urllib3.exceptions
from requests.structures import CaseInsensitiveDict

from config import Config, ConfigurationError
from hub.outgoing.addresses import Address, Allowed, public, why_refused
from hub.outgoing.answers import Answer, Hop
from hub.outgoing.connection import PinnedAdapter, Route, tls_context
from hub.outgoing.errors import (
    AddressRefused,
    AnswerUnreadable,
    OutgoingError,
    SoFar,
    TooLarge,
    TooManyRedirects,
)
from hub.outgoing.limits import Deadline, Limits, Watch
from hub.outgoing.places import Places
from hub.outgoing.proxy import Proxy, read_proxy
from hub.outgoing.resolving import Lookup
from hub.outgoing.targets import USUAL_PORTS, Target, read_target

Method = Literal["GET", "HEAD", "POST"]

PIECE = 65_536
_REDIRECTS = {301, 302, 303, 307, 308}
_CREDENTIALS = {"authorization", "cookie", "proxy-authorization"}
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


class GuardedClient:
    """Makes every outgoing request of a process: build it once, use it from all threads.

    It keeps nothing between requests: no cookies, no connections, no credentials, and it reads no environment.
    """

    def __init__(
        self,
        *,
        allowed: Allowed = False,
        proxy: Proxy | None = None,
        ca_bundle: str | None = None,
        user_agent: str = "HubBot/1.0",
        lookup: Lookup | None = None,
        places: Places | None = None,
    ) -> None:
        self._allowed = allowed
        self._proxy = proxy
        self._ca_bundle = ca_bundle
        self.user_agent = user_agent
        self._lookup = lookup or Lookup()
        self._places = places or Places()

    @classmethod
    def from_config(cls, config: Config, hub_url: str | None = None) -> GuardedClient:
        """The client that the deployment describes; it introduces itself with the hub's address."""
        url = hub_url or config.url
        if config.ca_bundle:
            _require_readable(config.ca_bundle)
        return cls(
            allowed=config.allow_private_sites,
            proxy=read_proxy(config.outgoing_proxy),
            ca_bundle=config.ca_bundle,
            user_agent=f"HubBot/1.0 (+{url})" if url else "HubBot/1.0",
        )

    def exchange(
        self,
        method: Method,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        """The answer to one request, redirects of GET and HEAD followed; one of OutgoingError otherwise.

        Every hop is resolved once and judged; the connection goes to the judged address. What a POST carries is
        meant for one server, so its redirects are answers.
        """
        limits = limits or Limits()
        deadline = Deadline(limits.total)
        journey = _Journey(self, method, dict(headers or {}), body, limits, deadline)
        with self.place(deadline):
            try:
                return journey.to(url)
            except OutgoingError as error:
                error.so_far = journey.so_far
                raise

    def place(self, deadline: Deadline) -> AbstractContextManager[None]:
        """One of the places of this client, held inside the block; HubBusy when none becomes free."""
        return self._places.one(deadline)

    def headers(self, given: Mapping[str, str]) -> CaseInsensitiveDict[str]:
        """What is sent: the given headers over ours."""
        ours = {"User-Agent": self.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip", "Connection": "close"}
        return CaseInsensitiveDict({**CaseInsensitiveDict(ours), **CaseInsensitiveDict(given)})

    def route(self, target: Target, watch: Watch) -> Route:
        """The judged way to a target; AddressRefused if any of its addresses is one where the hub does not go."""
        addresses = (target.literal,) if target.literal else self._resolved(target.host, target.port, watch)
        for address in addresses:
            self._require_welcome(target, address)
        if not self._proxy:
            return Route(target, addresses, watch)
        return Route(target, addresses, watch, self._proxy, self._resolved(self._proxy.host, self._proxy.port, watch))

    def _resolved(self, host: str, port: int, watch: Watch) -> tuple[Address, ...]:
        return self._lookup.addresses(host, port, watch.deadline)

    def _require_welcome(self, target: Target, address: Address) -> None:
        if target.oddly_written and not self._allowed:
            raise AddressRefused(f"{target.url} is an address in disguise.")
        reason = why_refused(address, self._allowed)
        if reason:
            raise AddressRefused(f"{target.host} leads to {address}, which is a {reason} address.")

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """How certificates are verified."""
        return tls_context(self._ca_bundle)


@dataclass
class _Journey:
    """One exchange on its way from hop to hop."""

    client: GuardedClient
    method: Method
    headers: Mapping[str, str]
    body: bytes | None
    limits: Limits
    deadline: Deadline
    hops: list[Hop] = field(default_factory=list)
    public: bool = True
    at: str = ""
    begun: Answer | None = None

    @property
    def so_far(self) -> SoFar:
        """For whoever is told why it failed."""
        return SoFar(self.at, tuple(self.hops), self.begun, self.public and bool(self.at))

    def to(self, url: str) -> Answer:
        with self._telling():
            target = read_target(url)
        own_port = target.port
        for _ in range(self.limits.redirects + 1):
            answer = self._ask(target, own_port)
            location = answer.headers.get("Location", "")
            if self.method == "POST" or answer.status not in _REDIRECTS or not location:
                return answer
            self.begun = None
            with self._telling():
                following = target.followed(location)
            self._forget_credentials(target, following)
            target = following
        with self._telling():
            raise TooManyRedirects(f"The server redirected more than {self.limits.redirects} times.", answer)

    def _ask(self, target: Target, own_port: int) -> Answer:
        self.at = target.url
        route = self.client.route(target, Watch(self.limits, self.deadline))
        ports = {*USUAL_PORTS.values(), own_port}
        self.public = self.public and target.port in ports and all(public(address) for address in route.addresses)
        adapter = PinnedAdapter(route, self.client.tls if target.scheme == "https" else None)
        with self._telling():
            try:
                return self._answer(route, adapter)
            except _BROKEN as error:
                raise _unreadable(error, self.begun) from error
            finally:
                adapter.close()

    def _answer(self, route: Route, adapter: PinnedAdapter) -> Answer:
        headers = self.client.headers(self.headers)
        request = requests.Request(self.method, route.target.url, headers=headers, data=self.body).prepare()
        response = adapter.send(request, stream=True, timeout=(self.limits.connect, self.limits.read))
        try:
            route.watch.expect_body()
            self.begun = self._head(route, response)
            body = b"" if response.status_code in _REDIRECTS else _body(response, self.limits.body)
        finally:
            response.close()
        return replace(self.begun, body=body)

    def _head(self, route: Route, response: requests.Response) -> Answer:
        self.hops.append(Hop(route.target.url, str(route.watch.address), response.status_code))
        hops = tuple(self.hops)
        return Answer(response.status_code, route.target.url, response.headers, b"", hops, public=self.public)

    def _forget_credentials(self, before: Target, after: Target) -> None:
        """What was meant for one server is not shown to another."""
        if (before.scheme, before.host, before.port) != (after.scheme, after.host, after.port):
            self.headers = {name: value for name, value in self.headers.items() if name.lower() not in _CREDENTIALS}

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Errors inside the block are told to everybody, if all hops so far were of the kind that may be."""
        try:
            yield
        except OutgoingError as error:
            if self.public:
                error.disclose()
            raise


def _body(response: requests.Response, most: int) -> bytes:
    body = bytearray()
    while most and (piece := response.raw.read(min(PIECE, most + 1 - len(body)), decode_content=True)):
        body += piece
        if len(body) > most:
            raise TooLarge(f"The answer is longer than {most} bytes; nothing of it was kept.")
    return bytes(body)


def _unreadable(error: Exception, begun: Answer | None) -> AnswerUnreadable:
    text = f"The server broke off, or answered something that is not HTTP ({type(error).__name__})."
    return AnswerUnreadable(text, "cutoff" if begun else "hungup" if _hung_up(error) else "nothttp")


def _hung_up(error: BaseException) -> bool:
    """Whether the server ended the connection without a word; the libraries wrap that several times."""
    inner = [each for each in (*error.args, error.__cause__, error.__context__) if isinstance(each, BaseException)]
    return isinstance(error, ConnectionError | ssl.SSLEOFError) or any(_hung_up(each) for each in inner)


def _require_readable(ca_bundle: str) -> None:
    try:
        tls_context(ca_bundle)
    except OSError as error:
        raise ConfigurationError(f"HUB_CA_BUNDLE must name a file of certificates in PEM form: {error}.") from error
