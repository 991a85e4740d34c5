"""The frame of the moderators' pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from hub.access import Permission
from hub.admin import jobs, menu, models, views, wording
from hub.here import changed


def init_app(app: Flask) -> None:
    """Open the overview, and let templates read the menu and say what moderators are told."""
    app.register_blueprint(views.bp)
    app.jinja_env.globals.update(admin_menu=menu.entries, changed=changed, Permission=Permission)
    app.jinja_env.filters.update(wording.FILTERS)
    menu.add(_("Overview"), "admin.overview", Permission.SEE_MODERATION, position=0)


__all__ = ["init_app", "jobs", "models"]
