"""Connections that go to a judged address and nowhere else, under a deadline that no server can stretch."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import certifi
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from hub.outgoing.addresses import Address, read_address
from hub.outgoing.errors import AddressRefused, CertificateInvalid, OutgoingError, Unreachable
from hub.outgoing.limits import Deadline, Watch
from hub.outgoing.proxy import Proxy, ProxyRefused, ask_to_connect
from hub.outgoing.targets import Target

ADDRESSES_TRIED = 4

# X509_V_ERR_…, as OpenSSL numbers them.
_INVALID = {
    **dict.fromkeys((9, 13), "notyet"),
    **dict.fromkeys((10, 14), "expired"),
    18: "selfsigned",
    19: "unknownca",
    **dict.fromkeys((2, 20, 21), "noissuer"),
    **dict.fromkeys((62, 64), "wrongname"),
    **dict.fromkeys((66, 67, 68), "weak"),
}
_HANDSHAKES = {
    **dict.fromkeys(("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_SSL_VERSION"), "oldtls"),
    **dict.fromkeys(("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"), "notls"),
    **dict.fromkeys(("UNEXPECTED_EOF_WHILE_READING", "UNEXPECTED_EOF"), "tlsclosed"),
}
_CONNECTIONS = {
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "noroute",
    **dict.fromkeys((errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT), "unrouted"),
}


class WatchedSocket(socket.socket):
    """A socket whose every read and write asks the watch how long it may take, and reports what arrived."""

    watch: Watch

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """As ever; TooSlow and TooLarge when the watch says so."""
        self.settimeout(self.watch.patience())
        try:
            received = super().recv_into(buffer, nbytes or 0, flags)
        except TimeoutError as error:
            raise self.watch.silence() from error
        self.watch.count(received)
        return received

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As ever; TooSlow when the other side takes nothing."""
        self.settimeout(self.watch.patience())
        try:
            super().sendall(data, flags)
        except TimeoutError as error:
            raise self.watch.silence() from error


class WatchedTLSSocket(WatchedSocket, ssl.SSLSocket):
    """The same over TLS."""


@dataclass(frozen=True)
class Route:
    """The way to a target: the judged addresses, tried in this order, and the operator's proxy, if there is one."""

    target: Target
    addresses: tuple[Address, ...]
    watch: Watch
    proxy: Proxy | None = None
    proxy_addresses: tuple[Address, ...] = ()

    def connect(self) -> WatchedSocket:
        """A connection to one of the addresses; Unreachable when none can be made in time."""
        if not self.proxy:
            return _first_that_answers(self.addresses, self.target.port, self.watch)
        connection = self._to_proxy(self.proxy)
        try:
            self.watch.address = self._usual_address()
            ask_to_connect(self.proxy, connection, self.watch.address, self.target.port)
        except OSError as error:
            connection.close()
            reason = f"proxy {error.status}".strip() if isinstance(error, ProxyRefused) else "proxy"
            raise Unreachable(f"Nobody could be reached: {error}.", reason) from error
        except OutgoingError:
            connection.close()
            raise
        return connection

    def _to_proxy(self, proxy: Proxy) -> WatchedSocket:
        try:
            return _first_that_answers(self.proxy_addresses, proxy.port, self.watch)
        except Unreachable as error:
            error.reason = "proxyaway"
            error.detail = "The proxy through which the hub goes out does not answer."
            raise

    def _usual_address(self) -> Address:
        return min(self.addresses, key=lambda address: address.version)  # not every proxy has IPv6


def tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    """Certificates and host names are verified, against the public authorities and those of the bundle.

    OSError (ssl.SSLError is one) when the bundle cannot be read.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_bundle:
        context.load_verify_locations(cafile=ca_bundle)
    context.sslsocket_class = WatchedTLSSocket
    return context


class PinnedAdapter(HTTPAdapter):
    """What requests sends through: one route, used for one request, never retried; over TLS if there is a context."""

    def __init__(self, route: Route, context: ssl.SSLContext | None) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._pool = _pool(route, context)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """The route's own pool, whatever the request or the environment says."""
        return self._pool

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Nothing: the context decides, and nobody can ask it to look away."""

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """The response without a cookie jar: nobody here wants cookies, so no hostile ones are parsed."""
        response = Response()
        response.status_code, response.reason, response.raw = resp.status, resp.reason, resp
        response.headers = CaseInsensitiveDict(resp.headers)
        response.request, response.url = req, str(req.url)
        return response

    def close(self) -> None:
        """End the connection."""
        self._pool.close()
        super().close()


def _pool(route: Route, context: ssl.SSLContext | None) -> HTTPConnectionPool:
    host, port = route.target.host, route.target.port
    if context is None:
        return _PinnedPool(host, port, maxsize=1, route=route)
    return _PinnedTLSPool(host, port, maxsize=1, route=route, ssl_context=context)


class _PinnedConnection(HTTPConnection):
    def __init__(self, *args: Any, route: Route, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._route = route

    def _new_conn(self) -> socket.socket:
        return self._route.connect()


class _PinnedTLSConnection(HTTPSConnection):
    def __init__(self, *args: Any, route: Route, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._route = route

    def _new_conn(self) -> socket.socket:
        connection = self._route.connect()
        connection.settimeout(self._route.watch.patience())  # holds for the handshake as a whole
        return connection

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:  # ssl.SSLError is one
            raise handshake_failure(self.host, error, self._route.watch) from error
        self.sock.watch = self._route.watch  # type: ignore[union-attr]  # the context made a WatchedTLSSocket


class _PinnedPool(HTTPConnectionPool):
    ConnectionCls = _PinnedConnection


class _PinnedTLSPool(HTTPSConnectionPool):
    ConnectionCls = _PinnedTLSConnection


def handshake_failure(host: str, error: OSError, watch: Watch) -> OutgoingError:
    """Why no secure connection was made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateInvalid(_advice(host, error), _INVALID.get(error.verify_code, "untrusted"))
    if isinstance(error, TimeoutError):
        slow = watch.silence()
        slow.reason = "handshake"
        return slow
    return Unreachable(f"No secure connection could be made: {_reason(error)}.", _broken_handshake(error))


def _broken_handshake(error: OSError) -> str:
    if isinstance(error, ssl.SSLEOFError | ConnectionError):
        return "tlsclosed"
    return _HANDSHAKES.get(str(getattr(error, "reason", "")), "tlsrefused")


def _advice(host: str, error: ssl.SSLCertVerificationError) -> str:
    return (
        f"The certificate of {host} is not valid: {error.verify_message or error}. Install one that a public "
        "authority issued for exactly this name, with its intermediate certificates."
    )


def _first_that_answers(addresses: Iterable[Address], port: int, watch: Watch) -> WatchedSocket:
    tried = tuple(addresses)[:ADDRESSES_TRIED]
    deadline = Deadline(watch.deadline.within(watch.limits.connect))
    problem: OSError | None = None
    for number, address in enumerate(tried):
        try:
            return _connected(address, port, watch, deadline.left() / (len(tried) - number))
        except OSError as error:
            problem = error
    if isinstance(problem, TimeoutError):
        raise Unreachable(f"Nobody answered at port {port} in time; does a firewall keep the hub out?", "timeout")
    reason = _CONNECTIONS.get(getattr(problem, "errno", None) or 0, "")
    raise Unreachable(f"Nobody answered at port {port}: {_reason(problem)}. Is the web server running?", reason)


def _connected(address: Address, port: int, watch: Watch, seconds: float) -> WatchedSocket:
    connection = WatchedSocket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    connection.watch = watch
    try:
        connection.settimeout(max(seconds, 0.001))  # 0 would mean: do not wait at all
        connection.connect((str(address), port))
        _require_peer(connection, address)
        watch.address = address
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_peer(connection: socket.socket, address: Address) -> None:
    """AddressRefused unless the other end is the address that was judged."""
    peer = read_address(connection.getpeername()[0])
    if peer != address:
        raise AddressRefused(f"The connection went to {peer} instead of {address}.")


def _reason(error: OSError | None) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(reason).rstrip(".")
