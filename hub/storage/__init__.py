"""Files by key."""

from __future__ import annotations

from flask import Flask

from hub.storage import models


def init_app(app: Flask) -> None:
    """Register what the feature offers."""


__all__ = ["init_app", "models"]
