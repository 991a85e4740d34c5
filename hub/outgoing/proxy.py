"""Going out through a proxy that the operator names: it is asked for an address that we judged, never for a name."""

from __future__ import annotations

import base64
import re
import socket
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from config import ConfigurationError
from hub.outgoing.addresses import Address

LONGEST_REPLY = 16_384
_STATUS = re.compile(rb"HTTP/1\.[0-9] ([0-9]{3})[ \r]")


class ProxyRefused(OSError):
    """The proxy did not connect; ``status`` is what it answered, empty when that was no HTTP."""

    def __init__(self, status: str) -> None:
        told = f"it answered {status}" if status else "it did not answer properly"
        super().__init__(f"the hub's proxy did not connect, {told}")
        self.status = status


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy that understands CONNECT, also for port 80."""

    host: str
    port: int
    credentials: str | None = field(default=None, repr=False)


def read_proxy(text: str | None) -> Proxy | None:
    """The proxy of HUB_OUTGOING_PROXY; ConfigurationError when it cannot be meant."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or 3128
    except ValueError as error:
        raise ConfigurationError(f"HUB_OUTGOING_PROXY cannot be read: {error}.") from error
    if parts.scheme != "http" or not host or parts.path.strip("/") or parts.query:
        raise ConfigurationError("HUB_OUTGOING_PROXY must look like http://proxy.example.org:3128.")
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    return Proxy(host, port, credentials)


def ask_to_connect(proxy: Proxy, connection: socket.socket, address: Address, port: int) -> None:
    """Let the proxy at the other end of ``connection`` pass everything on to the address; or raise ProxyRefused."""
    place = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.credentials:
        lines.append("Proxy-Authorization: Basic " + base64.b64encode(proxy.credentials.encode()).decode())
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    status = _STATUS.match(_reply(connection))
    if not status or status[1] != b"200":
        raise ProxyRefused(status[1].decode() if status else "")


def _reply(connection: socket.socket) -> bytes:
    reply = bytearray()
    piece = bytearray(4096)
    while not reply.endswith(b"\r\n\r\n"):
        received = connection.recv_into(piece)
        reply += piece[:received]
        if not received or len(reply) > LONGEST_REPLY:
            raise ProxyRefused("")
    return bytes(reply)
