"""Who may look at the hub's courses and sites: one answer for all pages of visitors."""

from __future__ import annotations

import enum

from hub.access import Permission
from hub.accounts.models import User
from hub.settings.declared import current


class Openness(enum.Enum):
    """How far the hub is open to somebody."""

    OPEN = "open"
    SEARCH_AFTER_SIGN_IN = "search after sign-in"  # everything else is public
    PRIVATE = "private"
    CLOSED = "closed"

    @property
    def names_somebody(self) -> bool:
        """Whether pages may name courses and sites."""
        return self in (Openness.OPEN, Openness.SEARCH_AFTER_SIGN_IN)


def towards(person: User | None) -> Openness:
    """How far the hub is open to this person, or to a visitor who has not signed in."""
    if person is not None and person.may(Permission.SEE_MODERATION):
        return Openness.OPEN
    if not current("hubenabled"):
        return Openness.CLOSED
    if person is not None:
        return Openness.OPEN
    if current("privacy") == "private":
        return Openness.PRIVATE
    return Openness.OPEN if current("searchfornologin") else Openness.SEARCH_AFTER_SIGN_IN
