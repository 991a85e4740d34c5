"""What happened, written down."""

from __future__ import annotations

from flask import Flask

from hub.events import admin


def init_app(app: Flask) -> None:
    """Open the moderators' page."""
    app.register_blueprint(admin.bp)
