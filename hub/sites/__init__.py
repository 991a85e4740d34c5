"""Moodle sites known to the hub."""

from __future__ import annotations

from flask import Flask

from hub.sites import models
from hub.sites.callers import SiteCallers
from hub.webservices import serve_calls


def init_app(app: Flask) -> None:
    """Tell the web services who calls."""
    serve_calls(app, SiteCallers())


__all__ = ["init_app", "models"]
