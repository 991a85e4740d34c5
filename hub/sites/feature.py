"""Moodle sites known to the hub."""

from __future__ import annotations

from flask import Flask

from hub.sites import admin, checks_section, jobs, models, overview_admin, persons, sections, settings, words
from hub.sites.callers import SiteCallers
from hub.webservices.feature import serve_calls


def init_app(app: Flask) -> None:
    """Tell the web services who calls, and open the moderators' pages."""
    app.register_blueprint(admin.bp)
    sections.add_all()
    checks_section.add()
    serve_calls(app, SiteCallers())


__all__ = ["init_app", "jobs", "models", "overview_admin", "persons", "settings", "words"]
