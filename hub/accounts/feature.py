"""People who sign in to run the hub."""

from __future__ import annotations

from flask import Flask

from hub.accounts import models, people, views
from hub.accounts.visitor import Visitor
from hub.extensions import login_manager


def init_app(app: Flask) -> None:
    """Let sessions find their person, and open the account pages."""
    login_manager.user_loader(people.load)
    login_manager.anonymous_user = Visitor
    login_manager.unauthorized_handler(views.ask_to_sign_in)
    app.register_blueprint(views.bp)


__all__ = ["init_app", "models"]
