"""Settings that administrators change while the hub runs."""

from __future__ import annotations

from flask import Flask

from hub.settings import declared, hub


def init_app(app: Flask) -> None:
    """Let templates read settings by name."""
    app.jinja_env.globals["setting"] = declared.current


__all__ = ["declared", "hub", "init_app"]
