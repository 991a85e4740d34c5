"""Who may look at the hub's courses and sites: one answer for all pages of visitors."""

from __future__ import annotations

import enum
from typing import Protocol

from flask_babel import gettext as _

from hub.access import Permission
from hub.errors import HubError
from hub.settings.declared import current
from hub.sites import visibility


class HubPrivate(HubError):
    """The hub shows its courses and sites to people with an account only."""

    key = "hubprivate"
    status = 403


class HubClosed(HubError):
    """The hub is switched off."""

    key = "hubnotenabled"
    status = 503


class Person(Protocol):
    """Whoever looks: somebody with an account, or somebody unknown."""

    @property
    def is_authenticated(self) -> bool: ...

    def may(self, permission: Permission) -> bool: ...


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


def towards(person: Person) -> Openness:
    """How far the hub is open to this person."""
    if person.may(Permission.SEE_MODERATION):
        return Openness.OPEN
    if not visibility.hub_open():
        return Openness.CLOSED
    if person.is_authenticated:
        return Openness.OPEN
    if not visibility.hub_public():
        return Openness.PRIVATE
    return Openness.OPEN if current("searchfornologin") else Openness.SEARCH_AFTER_SIGN_IN


def require_names(person: Person) -> None:
    """Raise HubPrivate or HubClosed unless this person may see who and what is here."""
    openness = towards(person)
    if openness is Openness.CLOSED:
        raise HubClosed(_("This hub is closed at the moment. Come back later."))
    if openness is Openness.PRIVATE:
        raise HubPrivate(_("Only people with an account may look at the courses and sites of this hub. Sign in first."))
