"""For whom a course is meant (protocol/hub-server.md 8.9)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

AUDIENCES = {"educators": _("Educators"), "students": _("Students"), "admins": _("Administrators")}


def title(key: str) -> str:
    """The audience in words; an unknown one stands for itself."""
    return str(AUDIENCES.get(key, key))
