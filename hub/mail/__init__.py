"""Mails, from text to server."""

from __future__ import annotations

from flask import Flask

from hub.mail import models


def init_app(app: Flask) -> None:
    """Register what the feature offers."""


__all__ = ["init_app", "models"]
