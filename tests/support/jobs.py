"""The worker's work, done now and in the test's own thread."""

from __future__ import annotations

from hub.jobs import sweep


def work_off() -> list[str]:
    """Do every job that something waits for; the names of those done."""
    return sweep.sweep()
