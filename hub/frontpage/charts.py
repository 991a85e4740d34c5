"""The figures as charts: rows in words with a bar each, and columns that grow. A table says the same beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask_babel import gettext as _

from hub.frontpage import wording
from hub.frontpage.figures import Count, Figures
from hub.vocabulary import audiences, levels, licences, subjects

WIDTH, HEIGHT = 720, 160
GAP = 0.25  # of a column's width
MOST_ROWS = 10

Name = Callable[[str], str | None]


@dataclass(frozen=True)
class Row:
    """One line of a chart; ``path`` leads to what it counts, where there is a list of that."""

    words: str
    count: int
    path: str = ""


@dataclass(frozen=True)
class Chart:
    """A counted list, the largest number first."""

    title: str
    unit: str
    rows: Sequence[Row]

    @property
    def largest(self) -> int:
        return max((row.count for row in self.rows), default=0)


@dataclass(frozen=True)
class Column:
    """One column of a chart, in the units of its view box."""

    x: float
    y: float
    width: float
    height: float


def charts(figures: Figures) -> list[Chart]:
    """All lists of the page of statistics; those without anything in them are left out."""
    kinds = (("1", figures.downloadable), ("0", figures.enrollable))
    kind_names = {"1": _("To download"), "0": _("To join online")}
    courses, sites = _("Courses"), _("Sites")
    countries = [(each.code, each.site_count) for each in figures.countries]
    found = (
        Chart(_("Kinds of courses"), courses, _rows(kinds, kind_names.get, "downloadable")),
        Chart(_("Languages"), courses, _rows(figures.languages, wording.language_name, "language")),
        Chart(_("Subjects"), courses, _rows(figures.subjects, subjects.title, "subject")),
        Chart(_("Levels"), courses, _rows(figures.levels, levels.title, "educationallevel")),
        Chart(_("Audiences"), courses, _rows(figures.audiences, audiences.title, "audience")),
        Chart(_("Licences"), courses, _rows(figures.licences, licences.title, "licence")),
        Chart(_("Countries"), sites, _rows(countries, wording.country_name, "country", "/sites")),
        Chart(_("Releases of Moodle"), sites, _rows(figures.releases, str)),
    )
    return [chart for chart in found if chart.largest]


def share(count: int, largest: int) -> int:
    """How long a bar is, in percent of the longest; what is there at all can be seen."""
    return max(1, round(100 * count / largest)) if count > 0 and largest > 0 else 0


def columns(counts: Sequence[int]) -> list[Column]:
    """Columns beside each other, from the bottom of the box up."""
    largest = max(counts, default=0) or 1
    step = WIDTH / max(len(counts), 1)
    heights = (round(HEIGHT * count / largest, 1) for count in counts)
    return [
        Column(round(at * step, 1), round(HEIGHT - height, 1), round(step * (1 - GAP), 1), height)
        for at, height in enumerate(heights)
    ]


def _rows(
    counts: Sequence[Count], name: Callable[[str], str | None], parameter: str = "", path: str = "/"
) -> list[Row]:
    told = [(value, count) for value, count in counts if value and value != subjects.NONE and count]
    shown = [
        Row(name(value) or value, count, f"{path}?{urlencode({parameter: value})}" if parameter else "")
        for value, count in told[:MOST_ROWS]
    ]
    others = sum(count for _value, count in told[MOST_ROWS:])
    untold = sum(count for _value, count in counts) - sum(count for _value, count in told)
    return [*shown, *([Row(_("others"), others)] if others else []), *([Row(_("not told"), untold)] if untold else [])]
