"""Hub: a community hub server for Moodle sites."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from config import Config
from hub import accesslog, cli, errorpages, ratelimits, runtime
from hub.accounts import feature as accounts
from hub.admin import feature as admin
from hub.courses import feature as courses
from hub.demo import feature as demo
from hub.events import feature as events
from hub.extensions import babel, csrf, db, limiter, login_manager, migrate
from hub.extensions import mail as mailer
from hub.frontpage import feature as frontpage
from hub.jobs import feature as jobs
from hub.mail import feature as mail
from hub.outgoing import feature as outgoing
from hub.registration import feature as registration
from hub.search import feature as search
from hub.settings import feature as settings
from hub.sites import feature as sites
from hub.storage import feature as storage
from hub.tokens import feature as tokens
from hub.webservices import feature as webservices

ROOT = Path(__file__).resolve().parent.parent
FEATURES = (
    runtime,
    accesslog,
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
    ratelimits,
    cli,
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
