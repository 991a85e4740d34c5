"""The connection doctor: a page, JSON and a command; registrations that fail lead to it."""

from __future__ import annotations

from flask import Flask

from hub.doctor import admin, cli, jobs, models, views
from hub.doctor.examination import Doctor
from hub.registration.decisions import BadPort, SiteUnreachable


def init_app(app: Flask) -> None:
    """Open the pages and the command."""
    app.extensions["doctor"] = Doctor(app.extensions["outgoing"])
    app.register_blueprint(views.bp)
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.doctor)
    for error in (SiteUnreachable, BadPort):
        app.register_error_handler(error, views.show_unreachable)


__all__ = ["init_app", "jobs", "models"]
