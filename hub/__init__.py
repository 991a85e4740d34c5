"""Hub: a community hub server for Moodle sites."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from config import Config
from hub import accesslog, cli, errorpages, ratelimits, runtime
from hub.accounts import factor_feature
from hub.accounts import feature as accounts_feature
from hub.admin import feature as admin_feature
from hub.challenge import feature as challenge_feature
from hub.courses import feature as courses_feature
from hub.demo import feature as demo_feature
from hub.directory import feature as directory_feature
from hub.doctor import feature as doctor_feature
from hub.environment import feature as environment_feature
from hub.events import feature as events_feature
from hub.extensions import babel, csrf, db, limiter, login_manager, migrate
from hub.extensions import mail as mailer
from hub.frontpage import feature as frontpage_feature
from hub.jobs import feature as jobs_feature
from hub.mail import feature as mail_feature
from hub.outgoing import feature as outgoing_feature
from hub.privacy import feature as privacy_feature
from hub.registration import feature as registration_feature
from hub.search import feature as search_feature
from hub.settings import feature as settings_feature
from hub.sites import feature as sites_feature
from hub.storage import feature as storage_feature
from hub.tokens import feature as tokens_feature
from hub.webservices import feature as webservices_feature

ROOT = Path(__file__).resolve().parent.parent
FEATURES = (
    runtime,
    accesslog,
    settings_feature,
    storage_feature,
    outgoing_feature,
    tokens_feature,
    accounts_feature,
    factor_feature,
    events_feature,
    mail_feature,
    jobs_feature,
    challenge_feature,
    webservices_feature,
    sites_feature,
    courses_feature,
    registration_feature,
    directory_feature,
    doctor_feature,
    search_feature,
    frontpage_feature,
    privacy_feature,
    admin_feature,
    environment_feature,
    demo_feature,
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
