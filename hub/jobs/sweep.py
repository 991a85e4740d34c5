"""Finds rows that wait and that nobody was woken for: the wake-up was lost, or its time has only come now."""

from __future__ import annotations

from collections.abc import Callable

from hub.jobs import schedule

_watched: dict[str, Callable[[], bool]] = {}


def watch(name: str, waiting: Callable[[], bool]) -> None:
    """Do the job ``name`` whenever the sweep finds that ``waiting()``; the question must be cheap."""
    _watched[name] = waiting


def sweep() -> list[str]:
    """Do every job that something waits for; the names of those done."""
    found = [name for name, waiting in _watched.items() if waiting()]
    for name in found:
        schedule.get_job(name).act()
    return found
