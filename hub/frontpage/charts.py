"""The figures as charts: rows in words with a bar each, and columns that grow. A table says the same beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from hub.frontpage import wording
from hub.frontpage.figures import Count, Figures
from hub.sites.directory import Country
from hub.vocabulary import audiences, countries, levels, licences, subjects

WIDTH, HEIGHT = 720, 160
GAP = 0.25  # of a column's width
MOST_ROWS = 10
LARGEST_DOT = 26  # radius on the map

Name = Callable[[str], str | None]


@dataclass(frozen=True)
class Row:
    """One line of a chart; ``path`` leads to what it counts, where there is a list of that."""

    words: str
    count: int
    path: str = ""


@dataclass(frozen=True)
class Chart:
    """A counted list under a name of its own, the largest number first, or in the order of what is counted."""

    name: str
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


@dataclass(frozen=True)
class Dot:
    """A country on the map, as large as it has sites; ``title`` says so in words."""

    x: int
    y: int
    radius: float
    title: str


def charts(figures: Figures) -> list[Chart]:
    """All lists of the page of statistics; those without anything in them are left out."""
    kinds = (("1", figures.downloadable), ("0", figures.enrollable))
    kind_names = {"1": _("To download"), "0": _("To join online")}
    courses, sites = _("Courses"), _("Sites")
    by_country = [(each.code, each.site_count) for each in figures.countries]
    found = (
        Chart("kinds", _("Kinds of courses"), courses, _rows(kinds, kind_names.get, "downloadable")),
        Chart("languages", _("Languages"), courses, _rows(figures.languages, wording.language_name, "language")),
        Chart("subjects", _("Subjects"), courses, _rows(figures.subjects, subjects.title, "subject")),
        Chart("levels", _("Levels"), courses, _rows(figures.levels, levels.title, "educationallevel")),
        Chart("audiences", _("Audiences"), courses, _rows(figures.audiences, audiences.title, "audience")),
        Chart("licences", _("Licences"), courses, _rows(figures.licences, licences.title, "licence")),
        Chart("countries", _("Countries"), sites, _rows(by_country, wording.country_name, "country", "/sites")),
        Chart("releases", _("Releases of Moodle"), sites, _rows(figures.releases, str)),
        Chart("sizes", _("Sizes of the sites"), sites, _sizes(figures.sizes)),
    )
    return [chart for chart in found if chart.largest]


def complete(figures: Figures, name: str) -> list[dict[str, object]] | None:
    """Everything that a picture of this name shows, for a file: all rows, not only the largest; None for no picture."""
    counted: dict[str, Sequence[Count]] = {
        "languages": figures.languages,
        "subjects": figures.subjects,
        "levels": figures.levels,
        "audiences": figures.audiences,
        "licences": figures.licences,
        "releases": figures.releases,
        "countries": [(each.code, each.site_count) for each in figures.countries],
        "kinds": (("downloadable", figures.downloadable), ("enrollable", figures.enrollable)),
        "sizes": [(str(smallest), count) for smallest, count in figures.sizes],
        "growth": [(f"{end:%Y-%m-%d}", count) for end, count in figures.growth],
        "told": [(each, total) for each, total, site_count in figures.told if site_count],
    }
    if name not in counted:
        return None
    return [{"value": value, "count": count} for value, count in counted[name]]


def dots(figures: Figures) -> list[Dot]:
    """The countries with sites on the map, the large ones first, so that small ones lie upon them."""
    largest = max((each.site_count for each in figures.countries), default=0)
    return [
        Dot(*place, round(LARGEST_DOT * max(each.site_count / largest, 0.02) ** 0.5, 1), _dot_title(each))
        for each in figures.countries
        if (place := countries.on_map(each.code))
    ]


def _dot_title(country: Country) -> str:
    return f"{wording.country_name(country.code)}: {format_decimal(country.site_count)}"


def ends_of_growth(figures: Figures) -> tuple[str, str]:
    """The first and the last month of the columns, in words."""
    first, last = (str(format_date(figures.growth[at][0], "MMM yyyy")) for at in (0, -1))
    return first, last


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


def _sizes(sizes: Sequence[tuple[int, int]]) -> list[Row]:
    """The classes from the first to the last that has a site in it."""
    taken = [at for at, (_smallest, count) in enumerate(sizes) if count]
    if not taken:
        return []
    return [Row(_size_name(sizes, at), sizes[at][1]) for at in range(taken[0], taken[-1] + 1)]


def _size_name(sizes: Sequence[tuple[int, int]], at: int) -> str:
    smallest = format_decimal(sizes[at][0])
    if at + 1 == len(sizes):
        return str(_("%(count)s users and more", count=smallest))
    return str(_("%(least)s to %(most)s users", least=smallest, most=format_decimal(sizes[at + 1][0] - 1)))


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
