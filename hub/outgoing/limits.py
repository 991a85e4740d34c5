"""How long the hub waits for others, and how much it takes from them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hub.outgoing.addresses import Address
from hub.outgoing.errors import TooLarge, TooSlow

HEADER_BYTES = 65_536


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, between two pieces of an answer and for the whole exchange; bytes of body after
    decompression (0: the body is left unread); redirects followed.
    """

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    body: int = 1_048_576
    redirects: int = 3


class Deadline:
    """A moment after which nobody waits any more. It runs on the monotonic clock: waiting is no date."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that remain, never negative."""
        return max(0.0, self._end - time.monotonic())

    def within(self, seconds: float) -> float:
        """How long one step of at most ``seconds`` may take; TooSlow when the moment has passed."""
        left = self.left()
        if not left:
            raise self.passed()
        return min(seconds, left)

    def passed(self) -> TooSlow:
        """The error that says so."""
        return TooSlow(
            f"There was no complete answer within {self.seconds:g} seconds; is the server overloaded?", "deadline"
        )


class Watch:
    """Stands beside one connection: gives each read its time and counts every byte that arrives.

    The count is over raw bytes, so it also ends headers, chunk sizes and trailers that never end by themselves.
    """

    def __init__(self, limits: Limits, deadline: Deadline) -> None:
        self.limits = limits
        self.deadline = deadline
        self.address: Address | None = None  # the one connected to, or asked of the proxy
        self._received = 0
        self._bytes_left = HEADER_BYTES

    def patience(self) -> float:
        """How long the next read or write may take."""
        if not self.deadline.left():
            raise self.silence()
        return self.deadline.within(self.limits.read)

    def silence(self) -> TooSlow:
        """The error for a read that took longer."""
        error = TooSlow(f"The server was silent for {self.limits.read:g} seconds; is it overloaded?")
        if not self.deadline.left():
            error = self.deadline.passed()
        error.reason = "dripping" if self._received else "silent"
        return error

    def expect_body(self) -> None:
        """The headers are complete: from here on the body's limit counts, with room for its packaging."""
        self._bytes_left = 2 * self.limits.body + HEADER_BYTES

    def count(self, received: int) -> None:
        """Note what arrived; TooLarge when it is more than any answer we would take."""
        self._received += received
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise TooLarge("The server sent more than the hub takes; nothing of it was kept.")
