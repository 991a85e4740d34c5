"""The list of sites as rows for a file: exactly the filtered list, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.events.record import Actor, Event, record
from hub.sites import figures, finding
from hub.sites.finding import SiteCriteria
from hub.sites.models import Site

_FIGURES = ("courses", "users")
COLUMNS = (
    "id",
    "url",
    "name",
    "state",
    "visible",
    "trusted",
    "prioritised",
    "prioritised_until",
    "reachability",
    "country",
    "language",
    "moodle_release",
    "contact_name",
    "contact_email",
    "privacy",
    *_FIGURES,
    "registered_at",
    "modified_at",
    "updated_at",
)


def rows(asked: SiteCriteria) -> Iterator[dict[str, Any]]:
    """A row for each site; a figure that was not told is empty."""
    return map(row, finding.every(asked))


def row(site: Site) -> dict[str, Any]:
    """What a file says about a site."""
    told = {name: site.figures[name] if figures.told(site.figures, name) else None for name in _FIGURES}
    named = {"country": site.country_code, "state": site.state.value, "privacy": site.privacy.value}
    given = {**named, **told, "reachability": site.reachability.value}
    return {name: given[name] if name in given else getattr(site, name) for name in COLUMNS}


def note(query: str, *, by: Actor) -> None:
    """Write down who took which list out of the hub."""
    record(Event.SITES_EXPORTED, None, by=by, query=query[:500])
