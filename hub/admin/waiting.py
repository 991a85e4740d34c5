"""What waits for a moderator: each feature says what it counts, the overview shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hub.access import Permission
from hub.admin.menu import Person


@dataclass(frozen=True)
class Concern:
    """Something that can wait, how many of it do, and the page where one deals with it."""

    label: str
    count: Callable[[], int]
    endpoint: str
    permission: Permission
    values: dict[str, Any] = field(default_factory=dict)  # of the page's address


_concerns: dict[str, Concern] = {}
_warnings: dict[Callable[[], str | None], Permission] = {}


def add(label: str, count: Callable[[], int], endpoint: str, permission: Permission, **values: Any) -> None:
    """Let the overview count this for everybody who has the permission."""
    _concerns[str(label)] = Concern(label, count, endpoint, permission, values)


def warn(warning: Callable[[], str | None], permission: Permission) -> None:
    """Let the overview show what ``warning`` answers, whenever it answers something, to those who can act on it."""
    _warnings[warning] = permission


def counted(person: Person) -> list[tuple[Concern, int]]:
    """Everything that this person looks after, with how much of it waits; one question to the database each."""
    return [(concern, concern.count()) for concern in _concerns.values() if person.may(concern.permission)]


def warnings(person: Person) -> Iterator[str]:
    """The sentences that hold now and that this person can do something about."""
    return filter(None, (warning() for warning, permission in _warnings.items() if person.may(permission)))
