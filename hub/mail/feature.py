"""Mails, from text to server."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from hub.environment import requirements
from hub.mail import admin, cli, examining, jobs, models


def init_app(app: Flask) -> None:
    """Declare the delivery, open the moderators' page, register the commands."""
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.group)
    requirements.add("mail", _("Mail server"), lambda: examining.judged(jobs.reach()), position=80)


__all__ = ["init_app", "jobs", "models"]
