"""Requests per second of one address: raw sockets, kept alive, from a few processes that do next to nothing else."""

from __future__ import annotations

import multiprocessing
import socket
import time
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue

CLIENTS = 4


@dataclass(frozen=True)
class Request:
    """The bytes of a request, and what its answer has to contain for it to count."""

    name: str
    sent: bytes
    expected: bytes


def post(name: str, path: str, body: bytes, content_type: str, expected: bytes) -> Request:
    """A POST request on a connection that stays open."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return Request(name, head.encode() + body, expected)


def get(name: str, path: str, expected: bytes) -> Request:
    """A GET request on a connection that stays open."""
    return Request(name, f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode(), expected)


def rate(port: int, request: Request, seconds: float) -> float:
    """Answers per second over all clients; raises when an answer is not the expected one."""
    context = multiprocessing.get_context("fork")
    counts: SimpleQueue[float | str] = context.SimpleQueue()
    clients = [context.Process(target=_client, args=(port, request, seconds, counts)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    results = [counts.get() for _ in clients]
    for client in clients:
        client.join()
    complaints = [each for each in results if isinstance(each, str)]
    if complaints:
        raise RuntimeError(f"{request.name}: {complaints[0]}")
    return sum(each for each in results if not isinstance(each, str))


def _client(port: int, request: Request, seconds: float, counts: SimpleQueue[float | str]) -> None:
    try:
        counts.put(_counted(port, request, seconds))
    except (OSError, ValueError) as error:
        counts.put(f"{type(error).__name__}: {error}")


def _counted(port: int, request: Request, seconds: float) -> float:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answered = 0
        begin = time.perf_counter()
        while (passed := time.perf_counter() - begin) < seconds:
            connection.sendall(request.sent)
            if request.expected not in _answer(connection):
                raise ValueError("unexpected answer")
            answered += 1
        return answered / passed


def _answer(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head + body
