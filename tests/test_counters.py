"""Counters of rate limits in one process."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from hub.counters import SWEEP_EVERY, ProcessCounters


def test_a_window_counts_until_it_ends_and_then_begins_anew() -> None:
    counters = ProcessCounters()
    assert [counters.incr("a", 60), counters.incr("a", 60), counters.get("a")] == [1, 2, 2]
    assert counters.get_expiry("a") > time.time()
    counters._counters["a"] = (2, time.time() - 1)
    assert (counters.get("a"), counters.incr("a", 60)) == (0, 1)


def test_threads_lose_no_count() -> None:
    counters = ProcessCounters()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: counters.incr("a", 60), range(4000)))
    assert counters.get("a") == 4000


def test_ended_windows_are_forgotten_in_passing() -> None:
    counters = ProcessCounters()
    for number in range(SWEEP_EVERY + 1):
        counters.incr(f"visitor {number}", 0 if number < SWEEP_EVERY // 2 else 60)
    assert len(counters._counters) <= SWEEP_EVERY // 2 + 2


def test_one_counter_or_all_can_be_forgotten() -> None:
    counters = ProcessCounters()
    counters.incr("a", 60)
    counters.incr("b", 60)
    counters.clear("a")
    assert (counters.get("a"), counters.reset(), counters.get("b")) == (0, 1, 0)
