"""Who may enter: the permissions by name, the roles made of them, and the declarations that every door carries."""

from __future__ import annotations

import enum
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, current_app
from flask_login import current_user

from hub.extensions import login_manager

View = TypeVar("View", bound=Callable[..., Any])


class Permission(enum.Enum):
    """What a person may do. Doors name one of these, roles are made of them."""

    SEE_MODERATION = "see moderation"
    MODERATE_SITES = "moderate sites"
    MODERATE_COURSES = "moderate courses"
    SEE_EVENTS = "see events"
    SEE_SETTINGS = "see settings"
    CHANGE_SETTINGS = "change settings"
    SEE_PEOPLE = "see people"
    MANAGE_PEOPLE = "manage people"
    SEE_MAIL = "see mail"
    HANDLE_MAIL = "handle mail"
    SEE_DIRECTORY = "see the directory registration"
    MANAGE_DIRECTORY = "manage the directory registration"
    EXPORT_LISTS = "export lists"
    SEE_PERSONAL_DATA = "see personal data"
    HANDLE_PERSONAL_DATA = "export and erase personal data"


class Role(enum.StrEnum):
    """What a person is here."""

    ADMINISTRATOR = "administrator"
    MODERATOR = "moderator"
    AUDITOR = "auditor"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.MODERATOR: frozenset(
        {
            Permission.SEE_MODERATION,
            Permission.MODERATE_SITES,
            Permission.MODERATE_COURSES,
            Permission.SEE_EVENTS,
            Permission.SEE_MAIL,
            Permission.EXPORT_LISTS,
        }
    ),
    Role.AUDITOR: frozenset(each for each in Permission if each.name.startswith("SEE_")) | {Permission.EXPORT_LISTS},
}


def open_to_all(view: View) -> View:
    """Declare that anybody may enter; what the view shows is up to its rules."""
    view.access = "open to all"  # type: ignore[attr-defined]  # functions carry their declaration
    return view


def signed_in(view: View) -> View:
    """Declare that whoever has signed in may enter."""
    return _guarded(view, "signed in", lambda: True)


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare that only people with ``permission`` may enter: others sign in first, or are refused with 403."""
    return lambda view: _guarded(view, permission, lambda: current_user.may(permission))


def confirmed(view: View) -> View:
    """Declare that whoever enters has shown lately that they are still who they were: others are asked first.

    It stands below the line that says who may enter. What was asked for is done after the proof, fields included.
    """

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if current_user.proved_lately else ask_for_proof()

    asked.confirmed = True  # type: ignore[attr-defined]  # functions carry their declaration
    return asked  # type: ignore[return-value]  # wraps() keeps the signature


def ask_for_proof() -> Any:
    """The answer to a request whose person has to prove first who they are; it leads back to the same request."""
    return current_app.extensions["hub_ask_for_proof"]()


def _guarded(view: View, declaration: object, allowed: Callable[[], bool]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return login_manager.unauthorized()
        if not allowed():
            abort(403)
        return view(*args, **kwargs)

    guarded.access = declaration  # type: ignore[attr-defined]  # functions carry their declaration
    return guarded  # type: ignore[return-value]  # wraps() keeps the signature
