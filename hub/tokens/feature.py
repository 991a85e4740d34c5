"""Tokens: who may call us."""

from __future__ import annotations

from flask import Flask

from hub.tokens import models


def init_app(app: Flask) -> None:
    """Register what the feature offers."""


__all__ = ["init_app", "models"]
