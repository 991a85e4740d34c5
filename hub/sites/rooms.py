"""The moderators' page about one site: each feature brings a section of its own, what it shows and where."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from hub.access import Permission
from hub.sites.models import Site


class Column(enum.StrEnum):
    """Where on the page a section stands: above all else, beside the margin, in it, or below as wide as it gets."""

    TOP = "top"
    MAIN = "main"
    ASIDE = "aside"
    WIDE = "wide"


class Person(Protocol):
    """Whoever looks at the page."""

    def may(self, permission: Permission) -> bool: ...


Context = Callable[[Site], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """A part of a site's page; its template is ``admin/site/NAME.html`` and reads its values from ``part``."""

    name: str  # its anchor as well
    position: int  # the lowest stands first in its column
    context: Context  # nothing: there is nothing to show about this site
    heading: str | None  # as the list of sections calls it; without one the list leaves it out
    column: Column
    permission: Permission

    @property
    def template(self) -> str:
        return f"admin/site/{self.name}.html"


@dataclass(frozen=True)
class Part:
    """A section with what it shows about one site."""

    section: Section
    values: Mapping[str, Any]


_sections: dict[str, Section] = {}


def add_section(
    name: str,
    position: int,
    context: Context,
    *,
    heading: str | None = None,
    column: Column = Column.MAIN,
    permission: Permission = Permission.SEE_MODERATION,
) -> None:
    """Put a section on the page of every site, for everybody who has the permission."""
    _sections[name] = Section(name, position, context, heading, column, permission)


def parts_of(site: Site, person: Person) -> dict[Column, list[Part]]:
    """What this person sees about the site, by column, in order."""
    shown = sorted(_shown(site, person), key=lambda part: part.section.position)
    return {column: [part for part in shown if part.section.column is column] for column in Column}


def _shown(site: Site, person: Person) -> Iterator[Part]:
    for section in _sections.values():
        values = section.context(site) if person.may(section.permission) else None
        if values is not None:
            yield Part(section, values)
