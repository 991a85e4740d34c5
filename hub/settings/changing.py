"""Settings changed by somebody: all or none of them, each change an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.settings import declared

_HIDDEN = "(not shown)"


class SettingsInvalid(HubError):
    """Some values do not fit; ``complaints`` says what would, by setting."""

    key = "settingsinvalid"

    def __init__(self, complaints: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {complaint}." for name, complaint in complaints.items()))
        self.complaints = complaints


def change(name: str, text: str, *, by: Actor) -> Any:
    """Store what ``text`` says for this setting, note who did it, and give the value; SettingInvalid says what fits."""
    before, value = declared.current(name), declared.change(name, text)
    if value != before:
        secret = declared.declaration(name).secret
        shown = {"before": _HIDDEN, "after": _HIDDEN} if secret else {"before": before, "after": value}
        record(Event.SETTING_CHANGED, None, by=by, name=name, **shown)
    return value


def change_all(texts: Mapping[str, str], *, by: Actor) -> None:
    """Store all these values; SettingsInvalid collects every complaint, and then the caller's transaction is undone."""
    complaints: dict[str, str] = {}
    for name, text in texts.items():
        try:
            change(name, text, by=by)
        except declared.SettingInvalid as error:
            complaints[name] = error.message.removeprefix(f"{name}: ").rstrip(".")
    if complaints:
        raise SettingsInvalid(complaints)
    if declared.current("privacy") != "private":
        change("password", "", by=by)  # everybody may search: a password that nobody is asked for would only mislead
