"""Counters for rate limits, kept by each server process when no other place is configured."""

from __future__ import annotations

import threading
import time

from limits.storage import Storage

SWEEP_EVERY = 1000  # counts; the library's own store starts a thread for it every hundredth of a second


class ProcessCounters(Storage):
    """Counters of fixed windows in memory, swept in passing."""

    SCHEME = "process"
    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 (the library's way of naming its stores)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._counters: dict[str, tuple[int, float]] = {}  # count and end of its window by key
        self._lock = threading.Lock()
        self._counted = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count ``amount`` more; a window that is over begins anew and lasts ``expiry`` seconds."""
        now = time.time()
        with self._lock:
            self._sweep(now)
            count, until = self._counters.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
            self._counters[key] = (count + amount, until)
            return count + amount

    def get(self, key: str) -> int:
        """What was counted in the present window."""
        count, until = self._counters.get(key, (0, 0.0))
        return count if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in Unix seconds."""
        return self._counters.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Whether the store can be used."""
        return True

    def reset(self) -> int:
        """Forget everything; how many counters there were."""
        with self._lock:
            forgotten = len(self._counters)
            self._counters.clear()
            return forgotten

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._lock:
            self._counters.pop(key, None)

    def _sweep(self, now: float) -> None:
        self._counted += 1
        if self._counted >= SWEEP_EVERY:
            self._counted = 0
            self._counters = {key: kept for key, kept in self._counters.items() if kept[1] > now}
