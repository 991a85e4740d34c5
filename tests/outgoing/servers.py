"""Servers on loopback that answer byte for byte what a test wants, also what no decent server would say."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

Speak = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    """A listening socket; ``requests`` holds the head of every request that arrived, ``urls`` start at ``url``."""

    port: int
    host: str = "127.0.0.1"
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The server's address."""
        return f"{self.scheme}://{self.host}:{self.port}/"

    def sent(self, name: str) -> list[str]:
        """The values of a header, one for each request."""
        lines = [line for request in self.requests for line in request.decode("latin-1").split("\r\n")]
        return [line.partition(": ")[2] for line in lines if line.lower().startswith(name.lower() + ": ")]


@contextmanager
def serving(speak: Speak, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Server]:
    """A server that reads a request's head and then lets ``speak`` write to the connection."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, 0), family=family)
    server = Server(listener.getsockname()[1], host, "https" if tls else "http")
    thread = Thread(target=_accept, args=(listener, speak, tls, server), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()


def says(*answers: bytes) -> Speak:
    """Each request gets the next answer, the last one again and again."""
    waiting = list(answers)

    def speak(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return speak


def says_to(**by_method: bytes) -> Speak:
    """The answer depends on the request's method."""
    return lambda connection, request: connection.sendall(by_method[request.split(b" ")[0].decode()])


def read_head(connection: socket.socket) -> bytes:
    """A request up to the end of its headers, and what came with them; empty if the client hung up before."""
    request = b""
    while b"\r\n\r\n" not in request:
        piece = connection.recv(4096)
        if not piece:
            return b""
        request += piece
    return request


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A proper answer; ``content_type="x"`` becomes the header Content-Type."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _accept(listener: socket.socket, speak: Speak, tls: ssl.SSLContext | None, server: Server) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # the test is over
        Thread(target=_serve, args=(connection, speak, tls, server), daemon=True).start()


def _serve(connection: socket.socket, speak: Speak, tls: ssl.SSLContext | None, server: Server) -> None:
    with suppress(OSError), connection:  # a client that hangs up is what many tests are about
        if tls:
            with tls.wrap_socket(connection, server_side=True) as secure:
                _converse(secure, speak, server)
        else:
            _converse(connection, speak, server)


def _converse(connection: socket.socket, speak: Speak, server: Server) -> None:
    request = read_head(connection)
    if request:
        server.requests.append(request)
        speak(connection, request)
