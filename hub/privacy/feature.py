"""Personal data: the room, the commands and the daily round."""

from __future__ import annotations

from flask import Flask

from hub.privacy import admin, cli, jobs


def init_app(app: Flask) -> None:
    """Open the room, register the commands, declare the job."""
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.group)


__all__ = ["init_app", "jobs"]
