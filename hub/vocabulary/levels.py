"""At which level of education a course is meant (protocol/hub-server.md 8.9)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

LEVELS = {
    "primary": _("Primary"),
    "secondary": _("Secondary"),
    "tertiary": _("Tertiary"),
    "government": _("Government"),
    "association": _("Association"),
    "corporate": _("Corporate"),
    "other": _("Other"),
}


def title(key: str) -> str:
    """The level in words; an unknown one stands for itself."""
    return str(LEVELS.get(key, key))
