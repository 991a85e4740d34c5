"""Course listings."""

from __future__ import annotations

from flask import Flask

from hub.courses import admin, jobs, models, settings, transfer, trust
from hub.sites import standing


def init_app(app: Flask) -> None:
    """Register what the feature offers, and follow what is decided about sites."""
    app.register_blueprint(admin.bp)
    app.register_blueprint(transfer.bp)
    if trust.follow not in standing.followers:
        standing.followers.append(trust.follow)


__all__ = ["init_app", "jobs", "models", "settings"]
