"""A proxy on loopback behind which the whole internet seems to lie, so that public addresses can be tested."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hub.outgoing.client import GuardedClient
from hub.outgoing.proxy import Proxy
from hub.outgoing.resolving import Lookup
from tests.outgoing.servers import Server, Speak, read_head, serving

PUBLIC = "93.184.215.14"


@dataclass
class Internet:
    """What the proxy saw: the addresses it was asked for, and the requests that went there."""

    proxy: Server
    requests: list[bytes]

    @property
    def visited(self) -> list[str]:
        """The addresses and ports that the proxy was asked to connect to."""
        return [request.split(b" ")[1].decode() for request in self.proxy.requests]

    def client(self, names: dict[str, tuple[str, ...]] | None = None, **options: object) -> GuardedClient:
        """A client behind this proxy for which every name is PUBLIC, except those given."""

        def resolve(host: str, _port: int) -> tuple[str, ...]:
            return (names or {}).get(host, ("127.0.0.1",) if host == "proxy.test" else (PUBLIC,))

        proxy = Proxy("proxy.test", self.proxy.port, "hub:secret")
        return GuardedClient(proxy=proxy, lookup=Lookup(resolve), **options)  # type: ignore[arg-type]  # passed on


@contextmanager
def internet(speak: Speak, *, tls: ssl.SSLContext | None = None, reply: bytes | None = None) -> Iterator[Internet]:
    """A proxy that plays every server itself: ``speak`` answers for all of them."""
    requests: list[bytes] = []

    def play(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(reply or b"HTTP/1.1 200 Connection established\r\n\r\n")
        if tls:
            connection = tls.wrap_socket(connection, server_side=True)
        with connection:
            request = read_head(connection)
            if request:
                requests.append(request)
                speak(connection, request)

    with serving(play) as proxy:
        yield Internet(proxy, requests)
