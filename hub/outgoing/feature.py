"""The one door to the outside. Every request that leaves the hub goes through ``client.GuardedClient``."""

from __future__ import annotations

from flask import Flask

from hub.outgoing import examining
from hub.outgoing.client import GuardedClient


def init_app(app: Flask) -> None:
    """Build the application's one client."""
    app.extensions["outgoing"] = GuardedClient.from_config(app.config["HUB"], app.config["HUB_URL"])


__all__ = ["examining", "init_app"]
