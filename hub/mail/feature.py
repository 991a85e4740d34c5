"""Mails, from text to server."""

from __future__ import annotations

from flask import Flask

from hub.mail import admin, cli, jobs, models


def init_app(app: Flask) -> None:
    """Declare the delivery, open the moderators' page, register the commands."""
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.group)


__all__ = ["init_app", "jobs", "models"]
