"""Settings that administrators change while the hub runs."""

from __future__ import annotations

from flask import Flask

from hub.settings import admin, declared, hub


def init_app(app: Flask) -> None:
    """Let templates read settings by name, and open the page where they are changed."""
    app.jinja_env.globals["setting"] = declared.current
    app.register_blueprint(admin.bp)


__all__ = ["declared", "hub", "init_app"]
