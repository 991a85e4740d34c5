"""One server looked at in small steps, for whoever wants to know why a request comes to nothing."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property

from hub.outgoing.addresses import Address, public
from hub.outgoing.certificates import Certificate, read_certificate
from hub.outgoing.client import GuardedClient
from hub.outgoing.connection import Route, WatchedSocket, WatchedTLSSocket, handshake_failure
from hub.outgoing.errors import OutgoingError
from hub.outgoing.limits import Deadline, Limits, Watch
from hub.outgoing.targets import Target

TRIED_OF_A_KIND = 2


@dataclass(frozen=True)
class Handshake:
    """How a secure connection began; ``sent`` counts the certificates that the server showed."""

    version: str
    certificate: Certificate | None
    sent: int


class Visit:
    """A target looked at without asking it for anything: its addresses, a connection, a handshake.

    The name is resolved and judged once, and every connection goes to one of the judged addresses, in a place of the
    client and before the deadline. Nothing is ever sent over a connection whose certificate was not verified.
    """

    def __init__(self, client: GuardedClient, target: Target, limits: Limits, deadline: Deadline) -> None:
        self.target = target
        self._client = client
        self._limits = limits
        self._deadline = deadline

    @cached_property
    def route(self) -> Route:
        """The judged way; AddressRefused, NameUnknown or TooSlow when there is none."""
        return self._client.route(self.target, self._watch())

    @property
    def public(self) -> bool:
        """Whether everybody may learn what is found: the whole internet could find it as well."""
        return all(public(address) for address in self.route.addresses)

    def of_kind(self, version: int) -> tuple[Address, ...]:
        """The IPv4 or IPv6 addresses."""
        return tuple(address for address in self.route.addresses if address.version == version)

    def connect(self, version: int) -> None:
        """Make a connection to an address of this kind, and end it; one of OutgoingError when there is none."""
        with self._connection(self.of_kind(version)[:TRIED_OF_A_KIND]):
            pass

    def secure(self) -> Handshake:
        """A handshake as requests make it; CertificateInvalid, Unreachable or TooSlow when it fails."""
        return self._shake_hands(self._client.tls)

    def shown(self) -> Handshake | None:
        """What the server shows to whoever believes everything; None when it comes to no handshake.

        For explaining a failure only: the connection ends with the handshake.
        """
        with suppress(OutgoingError):
            return self._shake_hands(_believing())
        return None

    def _shake_hands(self, context: ssl.SSLContext) -> Handshake:
        host = self.target.host
        with self._connection(self.route.addresses) as connection:
            connection.settimeout(connection.watch.patience())  # holds for the handshake as a whole
            try:
                with context.wrap_socket(connection, server_hostname=host) as secure:
                    return _handshake(secure)
            except OSError as error:  # ssl.SSLError is one
                raise self._told(handshake_failure(host, error, connection.watch)) from error

    @contextmanager
    def _connection(self, addresses: tuple[Address, ...]) -> Iterator[WatchedSocket]:
        route = replace(self.route, addresses=addresses, watch=self._watch())
        with self._client.place(self._deadline):
            try:
                connection = route.connect()
            except OutgoingError as error:
                raise self._told(error) from error
            with connection:
                yield connection

    def _told(self, error: OutgoingError) -> OutgoingError:
        if self.public:
            error.disclose()
        return error

    def _watch(self) -> Watch:
        return Watch(self._limits, self._deadline)


def _handshake(secure: ssl.SSLSocket) -> Handshake:
    der = secure.getpeercert(binary_form=True)
    certificate = None
    with suppress(ValueError):  # servers may show anything
        certificate = read_certificate(der) if der else None
    # Public from Python 3.13 on, as a method of the socket itself.
    sent = secure._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]
    return Handshake(secure.version() or "", certificate, len(sent))


def _believing() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = WatchedTLSSocket
    return context
