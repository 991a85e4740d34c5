"""What happened, written down."""

from __future__ import annotations

from flask import Flask

from hub.events import admin, jobs, persons, settings


def init_app(app: Flask) -> None:
    """Open the moderators' page."""
    app.register_blueprint(admin.bp)


__all__ = ["init_app", "jobs", "persons", "settings"]
