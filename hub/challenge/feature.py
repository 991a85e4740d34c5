"""A proof of work before forms that anybody may send."""

from __future__ import annotations

from flask import Flask

from hub.challenge import jobs, models, settings


def init_app(app: Flask) -> None:
    """Nothing to open: forms ask for the challenge themselves."""


__all__ = ["init_app", "jobs", "models", "settings"]
