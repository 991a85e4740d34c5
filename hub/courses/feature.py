"""Course listings."""

from __future__ import annotations

from flask import Flask

from hub.courses import admin, cli, jobs, models, persons, settings, site_section, transfer, trust, waiting, webservice
from hub.sites import finding, standing


def init_app(app: Flask) -> None:
    """Register what the feature offers, and follow what is decided about sites."""
    app.register_blueprint(admin.bp)
    app.register_blueprint(transfer.bp)
    app.cli.add_command(cli.group)
    site_section.add()
    if trust.follow not in standing.followers:
        standing.followers.append(trust.follow)
    if waiting.site_ids not in finding.having_waiting_courses:
        finding.having_waiting_courses.append(waiting.site_ids)


__all__ = ["init_app", "jobs", "models", "persons", "settings", "webservice"]
