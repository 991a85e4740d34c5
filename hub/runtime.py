"""From the deployment's configuration to a configured application: folders, keys, engines, headers."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from flask import Flask, Response, current_app, g

from config import Config
from hub.counters import ProcessCounters
from hub.database import prepare
from hub.extensions import db

UPLOAD_LIMIT = 4 * 1024**3  # the largest request of all: a backup; every other door has a smaller limit of its own


def configure(app: Flask, config: Config) -> None:
    """Fill ``app.config``; makes the data folder and, once, the secret key in it."""
    folder = config.data_dir.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    app.config.from_mapping(
        HUB=config,
        DATA_FOLDER=folder,
        HUB_URL=config.url or _noted_url(folder),
        SECRET_KEY=config.secret_key or _kept_secret(folder / "secret_key"),
        SQLALCHEMY_DATABASE_URI=config.database_url or f"sqlite:///{folder / 'hub.sqlite'}",
        # A connection for each of serving.THREADS, and no error for whoever comes one too late.
        SQLALCHEMY_ENGINE_OPTIONS={"max_overflow": 30, "pool_pre_ping": config.database_url is not None},
        SESSION_COOKIE_NAME="hub_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SAMESITE="Lax",
        MAIL_SERVER=config.mail_server or "localhost",
        MAIL_PORT=config.mail_port,
        MAIL_USE_TLS=config.mail_use_tls,
        MAIL_USERNAME=config.mail_username,
        MAIL_PASSWORD=config.mail_password,
        MAIL_DEFAULT_SENDER=config.mail_default_sender,
        MAX_CONTENT_LENGTH=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=config.ratelimit_url or f"{ProcessCounters.SCHEME}://",
        BABEL_DEFAULT_LOCALE="en",
    )
    app.config["SESSION_COOKIE_SECURE"] = app.config["HUB_URL"].startswith("https://")


def init_app(app: Flask) -> None:
    """Prepare the database engine and put the same headers on every answer."""
    with app.app_context():
        prepare(db.engine)
    app.after_request(_add_headers)


def hub_url() -> str:
    """The hub's public address, without trailing slash."""
    return current_app.config["HUB_URL"]  # type: ignore[no-any-return]  # configuration is untyped


def note_url(folder: Path, url: str) -> None:
    """Remember the address that ``hub serve`` uses, for the worker and for commands."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "url").write_text(url + "\n")


def allow_form_target(origin: str) -> None:
    """Let a form of the page being answered lead to this other origin as well (a hand-over to a site)."""
    g.form_targets = [*g.get("form_targets", []), origin]


def _noted_url(folder: Path) -> str:
    noted = folder / "url"
    return noted.read_text().strip() if noted.exists() else "http://127.0.0.1:8000"


def _kept_secret(path: Path) -> str:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass  # made by an earlier start, or at this moment by another process
    return path.read_text().strip()


def _add_headers(response: Response) -> Response:
    targets = " ".join(["'self'", *g.get("form_targets", [])])
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'",
    )
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if current_app.config["HUB_URL"].startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
