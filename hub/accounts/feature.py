"""People who sign in to run the hub."""

from __future__ import annotations

from flask import Flask

from hub.accounts import admin, cli, jobs, mailed_views, models, persons, proving, signing_in, views
from hub.accounts.visitor import Visitor
from hub.extensions import login_manager


def init_app(app: Flask) -> None:
    """Let sessions find their person, and open the account pages."""
    login_manager.user_loader(signing_in.load)
    login_manager.id_attribute = "carried_key"
    login_manager.anonymous_user = Visitor
    login_manager.unauthorized_handler(views.ask_to_sign_in)
    app.extensions["hub_ask_for_proof"] = proving.ask_for_proof
    app.after_request(signing_in.note_seen)
    app.after_request(signing_in.keep_private)
    app.register_blueprint(views.bp)
    app.register_blueprint(proving.bp)
    app.register_blueprint(mailed_views.bp)
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.group)


__all__ = ["init_app", "jobs", "models", "persons"]
