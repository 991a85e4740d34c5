"""The hub's registration with a directory of hubs."""

from __future__ import annotations

from flask import Flask

from hub.directory import admin, cli, jobs, membership, models
from hub.settings import changing

changing.followers.append(membership.follow_setting)


def init_app(app: Flask) -> None:
    """Open the page and the commands, and declare the job."""
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.group)


__all__ = ["init_app", "jobs", "models"]
