"""The moderators' menu: each feature adds its page, each person sees those they may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hub.access import Permission


class Person(Protocol):
    """Whoever looks at the pages."""

    def may(self, permission: Permission) -> bool: ...


@dataclass(frozen=True)
class Entry:
    """A page of the menu; the lowest ``position`` stands first."""

    label: str
    endpoint: str
    permission: Permission
    position: int


_entries: dict[str, Entry] = {}


def add(label: str, endpoint: str, permission: Permission, *, position: int = 50) -> None:
    """Put a page into the menu of everybody who has the permission."""
    _entries[endpoint] = Entry(label, endpoint, permission, position)


def entries(person: Person) -> list[Entry]:
    """The pages that this person may open, in their order."""
    open_to_them = [each for each in _entries.values() if person.may(each.permission)]
    return sorted(open_to_them, key=lambda entry: entry.position)
