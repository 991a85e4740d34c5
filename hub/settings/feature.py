"""Settings that administrators change while the hub runs."""

from __future__ import annotations

from flask import Flask, request

from hub.settings import admin, declared, emergency, hub, markup, views

_SAFE = {"GET", "HEAD", "OPTIONS"}
# Signing in, one's own account and the settings go on, so that somebody can end the emergency; the web services look by
# themselves, in their callers' dialects.
_GOES_ON = ("/login", "/logout", "/account", "/admin/settings", "/local/hub/webservice/webservices.php")


def init_app(app: Flask) -> None:
    """Let templates read settings and texts, open the pages, and hold what would change a hub that is read-only."""
    app.jinja_env.globals.update(setting=declared.current, default_privacy=views.default_privacy)
    app.jinja_env.filters["hub_text"] = markup.html
    app.register_blueprint(admin.bp)
    app.register_blueprint(views.bp)
    app.before_request(_hold_writers)


def _hold_writers() -> None:
    """Raise HubReadOnly for what would change something."""
    if request.method not in _SAFE and not request.path.startswith(_GOES_ON):
        emergency.require_writable()


__all__ = ["declared", "hub", "init_app"]
