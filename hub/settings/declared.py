"""Settings by name: declared with type, default and help by the feature that uses them, read through ``current()``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask import g, has_app_context

from hub.errors import HubError
from hub.extensions import db
from hub.lookups import Lookup
from hub.settings.models import Setting
from hub.settings.sections import Section


class SettingUnknown(HubError):
    """There is no setting of this name."""

    key = "settingunknown"


class SettingInvalid(HubError):
    """The value does not fit the setting."""

    key = "settinginvalid"


@dataclass(frozen=True)
class Declaration:
    """A setting: its name, what reads its text, what holds when it was never saved, and a sentence of help."""

    name: str
    read: Callable[[str], Any]
    default: Any
    help: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)  # what may be chosen, and how it reads
    secret: bool = False
    section: Section = Section.DETAILS
    position: int = 100  # inside its section; equal ones stand in the order of their declaration


_declarations: dict[str, Declaration] = {}


def declare(
    name: str,
    read: Callable[[str], Any],
    default: Any,
    *,
    label: str,
    help: str,
    choices: Mapping[str, str] | Sequence[str] = (),
    secret: bool = False,
    section: Section = Section.DETAILS,
    position: int = 100,
) -> Declaration:
    """Declare a setting; the feature that uses it does so once, when it is imported."""
    declaration = Declaration(name, read, default, help, label, _labelled(choices), secret, section, position)
    _declarations[name] = declaration
    return declaration


def _labelled(choices: Mapping[str, str] | Sequence[str]) -> Mapping[str, str]:
    return choices if isinstance(choices, Mapping) else {value: value for value in choices}


def declarations() -> MappingProxyType[str, Declaration]:
    """All declared settings by name, in the order of their declaration."""
    return MappingProxyType(_declarations)


def declaration(name: str) -> Declaration:
    """The declaration of this name; SettingUnknown if there is none."""
    if name not in _declarations:
        raise SettingUnknown(f"There is no setting {name!r}. The settings are: {', '.join(sorted(_declarations))}.")
    return _declarations[name]


def current(name: str) -> Any:
    """The value in force now, read once per request."""
    found = declaration(name)
    return _stored().get(name, found.default)


def change(name: str, text: str) -> Any:
    """Store what ``text`` says for this setting and give the value; SettingInvalid says what would fit."""
    found = declaration(name)
    try:
        value = found.read(text)
    except ValueError as error:
        raise SettingInvalid(f"{name}: {error}") from error
    if found.choices and value not in found.choices:
        raise SettingInvalid(f"{name}: choose one of {', '.join(found.choices)}, not {text!r}.")
    db.session.merge(Setting(name=name, value=value))
    db.session.flush()
    forget()
    return value


def reset(name: str) -> Any:
    """Go back to the default, as if the setting had never been saved, and give it."""
    found = declaration(name)
    db.session.execute(sa.delete(Setting).where(Setting.name == name))
    forget()
    return found.default


def forget() -> None:
    """Read the settings anew at the next question."""
    if has_app_context():
        g.pop("settings", None)


_ALL = Lookup(sa.select(Setting.name, sa.cast(Setting.value, sa.Text)))


def _stored() -> dict[str, Any]:
    if "settings" not in g:
        g.settings = {name: json.loads(value) for name, value in _ALL.rows()}
    return g.settings  # type: ignore[no-any-return]  # g is untyped
