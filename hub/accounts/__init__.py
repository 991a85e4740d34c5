"""People who sign in to run the hub."""

from __future__ import annotations

from flask import Flask

from hub.accounts import models, people
from hub.extensions import login_manager


def init_app(app: Flask) -> None:
    """Let sessions find their person."""
    login_manager.user_loader(people.load)


__all__ = ["init_app", "models"]
