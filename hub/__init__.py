"""Hub: a community hub server for Moodle sites."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from config import Config
from hub import (
    accounts,
    admin,
    courses,
    demo,
    errorpages,
    events,
    frontpage,
    jobs,
    mail,
    outgoing,
    registration,
    runtime,
    search,
    settings,
    sites,
    storage,
    tokens,
    webservices,
)
from hub.extensions import babel, csrf, db, limiter, login_manager, migrate
from hub.extensions import mail as mailer

ROOT = Path(__file__).resolve().parent.parent
FEATURES = (
    runtime,
    settings,
    storage,
    outgoing,
    tokens,
    accounts,
    events,
    mail,
    jobs,
    webservices,
    sites,
    courses,
    registration,
    search,
    frontpage,
    admin,
    demo,
    errorpages,
)


def create_app(config: Config | None = None) -> Flask:
    """The application, assembled from the configuration (by default the environment's)."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    runtime.configure(app, config or Config.from_environment())
    for extension in (db, login_manager, csrf, mailer, limiter):
        extension.init_app(app)
    babel.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    for feature in FEATURES:
        feature.init_app(app)
    return app
