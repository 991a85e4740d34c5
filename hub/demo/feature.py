"""A believable world for newcomers: sites and courses made from our own lists."""

from __future__ import annotations

from flask import Flask

from hub.demo import cli


def init_app(app: Flask) -> None:
    """Offer ``hub demo``."""
    app.cli.add_command(cli.demo)
