"""How others call us; knows tokens and no feature."""

from __future__ import annotations

from flask import Flask

from hub.extensions import db
from hub.webservices import introspection, views
from hub.webservices.dispatch import Callers, Dispatcher
from hub.webservices.registry import Registry, registry

introspection.offer(registry)


def init_app(app: Flask) -> None:
    """Open the address of the web services; ``serve_calls`` says who may call."""
    app.register_blueprint(views.bp)


def serve_calls(app: Flask, callers: Callers, functions: Registry = registry) -> None:
    """Let the application carry calls out: ``callers`` tells who shows a token and what he may do."""
    app.extensions["webservices"] = Dispatcher(functions, callers, db.session)
