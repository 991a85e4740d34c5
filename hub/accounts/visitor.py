"""Whoever has not signed in."""

from __future__ import annotations

from flask_login import AnonymousUserMixin

from hub.access import Permission


class Visitor(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login's mixin has no types
    """Somebody unknown: may look at public pages, and nothing that asks for a permission."""

    proved_lately = False

    def may(self, permission: Permission) -> bool:
        """Never: permissions belong to people with an account."""
        return False
