"""The story of a site joining, changing and leaving."""

from __future__ import annotations

from flask import Flask

from hub.registration import models


def init_app(app: Flask) -> None:
    """Register what the feature offers."""


__all__ = ["init_app", "models"]
