"""Background work: declared jobs, a queue that wakes, a sweep that finds what was missed."""

from __future__ import annotations

from flask import Flask

from hub.jobs import admin, queue, trial


def init_app(app: Flask) -> None:
    """Open the application's queue."""
    queue.init_app(app)


__all__ = ["admin", "init_app", "trial"]
