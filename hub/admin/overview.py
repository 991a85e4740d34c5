"""The start of a moderator's day: how the hub is, in lines, and what is new, in parts; each feature brings its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.access import Permission
from hub.admin.menu import Person


@dataclass(frozen=True)
class Condition:
    """How something is, in a sentence, and whether it is as it should be."""

    sentence: str
    well: bool = True


@dataclass(frozen=True)
class Line:
    """A thing of the hub whose condition is told, with the page about it for those who may open that."""

    label: str
    condition: Callable[[], Condition]
    endpoint: str
    permission: Permission  # to read the line
    opened_with: Permission  # to follow its link
    position: int


@dataclass(frozen=True)
class Part:
    """Something new; its template is ``admin/overview/NAME.html`` and reads its values from ``part``."""

    name: str
    values: Callable[[], Mapping[str, Any]]
    permission: Permission
    position: int

    @property
    def template(self) -> str:
        return f"admin/overview/{self.name}.html"


_lines: dict[str, Line] = {}
_parts: dict[str, Part] = {}


def tell(
    label: str,
    condition: Callable[[], Condition],
    endpoint: str,
    permission: Permission,
    *,
    opened_with: Permission | None = None,
    position: int = 50,
) -> None:
    """Let the overview say how this is to everybody who has the permission; the lowest ``position`` stands first."""
    _lines[str(label)] = Line(label, condition, endpoint, permission, opened_with or permission, position)


def show(name: str, values: Callable[[], Mapping[str, Any]], permission: Permission, *, position: int = 50) -> None:
    """Let the overview show this part to everybody who has the permission."""
    _parts[name] = Part(name, values, permission, position)


def told(person: Person) -> list[tuple[Line, Condition]]:
    """How everything is that this person may know about."""
    readable = [line for line in _lines.values() if person.may(line.permission)]
    return [(line, line.condition()) for line in sorted(readable, key=lambda line: line.position)]


def shown(person: Person) -> list[tuple[Part, Mapping[str, Any]]]:
    """What is new, as far as this person may see it."""
    visible = [part for part in _parts.values() if person.may(part.permission)]
    return [(part, part.values()) for part in sorted(visible, key=lambda part: part.position)]
