"""How many requests to the outside may be under way at once, so that slow servers cannot occupy the whole hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from hub.outgoing.errors import HubBusy
from hub.outgoing.limits import Deadline

AT_ONCE = 8
LONGEST_WAIT = 2.0


class Places:
    """A fixed number of places; who finds none free waits a little, then is told to come back later."""

    def __init__(self, at_once: int = AT_ONCE, longest_wait: float = LONGEST_WAIT) -> None:
        self._free = BoundedSemaphore(at_once)
        self._longest_wait = longest_wait

    @contextmanager
    def one(self, deadline: Deadline) -> Iterator[None]:
        """Hold one place inside the block; HubBusy when none becomes free in time."""
        if not self._free.acquire(timeout=min(self._longest_wait, deadline.left())):
            raise HubBusy
        try:
            yield
        finally:
            self._free.release()
