"""Settings changed by somebody: all or none of them, each change an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext

from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.settings import declared
from hub.settings.sections import Section

_GRAVE = frozenset({"privacy", "password"})
_HIDDEN = "(not shown)"

Follower = Callable[[str, Any, Any], None]

# Features that a change concerns. They are told its name, the value before and after, in the transaction of the change:
# they write rows and wake jobs, which run after its commit, and never reach out themselves.
followers: list[Follower] = []


class SettingsInvalid(HubError):
    """Some values do not fit; ``complaints`` says what would, by setting."""

    key = "settingsinvalid"

    def __init__(self, complaints: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {complaint}." for name, complaint in complaints.items()))
        self.complaints = complaints


def change(name: str, text: str, *, by: Actor) -> bool:
    """Store what ``text`` says for this setting; whether that is anything new. SettingInvalid says what would fit."""
    before, after = declared.current(name), declared.change(name, text)
    return _note(name, before, after, by)


def reset(name: str, *, by: Actor) -> bool:
    """Go back to the setting's default; whether that is anything new."""
    before, after = declared.current(name), declared.reset(name)
    return _note(name, before, after, by)


def change_all(texts: Mapping[str, str], *, by: Actor) -> list[str]:
    """Store all these values and give the names of those that are new.

    SettingsInvalid collects every complaint, and then the caller's transaction is undone.
    """
    complaints: dict[str, str] = {}
    changed = []
    for name, text in texts.items():
        try:
            changed += [name] if change(name, text, by=by) else []
        except declared.SettingInvalid as error:
            complaints[name] = error.message.removeprefix(f"{name}: ").rstrip(".")
    if complaints:
        raise SettingsInvalid(complaints)
    drop_password_of_open_hub(by=by)
    return changed


def drop_password_of_open_hub(*, by: Actor) -> None:
    """A hub that is not private asks nobody for a password: one that is kept would only mislead."""
    if declared.current("privacy") != "private":
        change("password", "", by=by)


def require_password_of_use(texts: Mapping[str, str]) -> None:
    """Raise SettingsInvalid when a password is given that nobody would be asked for."""
    if texts.get("password", "").strip() and texts.get("privacy", declared.current("privacy")) != "private":
        raise SettingsInvalid({"password": gettext("only a private hub asks for one; set privacy to private first")})


def grave(texts: Mapping[str, str]) -> bool:
    """Whether these values would change what only somebody who has just proved who they are may change."""
    return any(is_grave(name) and _differs(name, text) for name, text in texts.items())


def is_grave(name: str) -> bool:
    """Whether whoever changes this shows first that they are still who they were: who may search, and who gets in."""
    return name in _GRAVE or declared.declaration(name).section is Section.SIGN_IN


def _differs(name: str, text: str) -> bool:
    declaration, current = declared.declaration(name), declared.current(name)
    if declaration.secret:
        return bool(text or current)
    try:
        return bool(declaration.read(text) != current)
    except ValueError:
        return False  # it will be refused anyway


def _note(name: str, before: Any, after: Any, by: Actor) -> bool:
    if after == before:
        return False
    secret = declared.declaration(name).secret
    shown = {"before": _HIDDEN, "after": _HIDDEN} if secret else {"before": before, "after": after}
    record(Event.SETTING_CHANGED, None, by=by, name=name, **shown)
    for follow in followers:
        follow(name, before, after)
    return True
