"""The one door to the outside. Every request that leaves the hub goes through ``client.GuardedClient``."""

from __future__ import annotations

from flask import current_app

from hub.outgoing.client import GuardedClient


def current_client() -> GuardedClient:
    """The client of the application at work."""
    client: GuardedClient = current_app.extensions["outgoing"]
    return client


__all__ = ["current_client"]
