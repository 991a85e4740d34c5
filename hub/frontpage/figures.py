"""The hub in figures, over what visitors may see. What a site did not tell counts nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from hub.courses.models import Course
from hub.courses.visibility import visible as visible_courses
from hub.extensions import db
from hub.sites import directory, totals
from hub.sites.listing import visible as visible_sites
from hub.sites.models import Site
from hub.vocabulary import languages, subjects

TOLD = ("courses", "users", "enrolments", "posts", "resources", "questions")
BELIEVABLE = 10**9  # of anything on one site; a larger figure is a mistake, or a joke
MONTHS = 24
SIZES = (0, 10, 100, 500, 1000, 5000, 10_000, 50_000, 100_000)  # the smallest number of users of each class
KEPT_FOR = timedelta(minutes=5)

Count = tuple[str, int]


@dataclass(frozen=True)
class Figures:
    """Everything that the page of statistics shows."""

    at: datetime
    key: tuple[int, int, int]  # sites, courses to join, courses to download
    countries: Sequence[directory.Country]
    releases: Sequence[Count]
    sizes: Sequence[tuple[int, int]]  # the smallest number of users in a class, and how many sites are in it
    told: Sequence[tuple[str, int, int]]  # name of the figure, sum, and how many sites told it
    languages: Sequence[Count]
    levels: Sequence[Count]
    audiences: Sequence[Count]
    subjects: Sequence[Count]
    licences: Sequence[Count]
    growth: Sequence[tuple[datetime, int]]

    @property
    def sites(self) -> int:
        return self.key[0]

    @property
    def enrollable(self) -> int:
        return self.key[1]

    @property
    def downloadable(self) -> int:
        return self.key[2]

    @property
    def courses(self) -> int:
        return self.enrollable + self.downloadable


def read(now: datetime, known: Figures | None = None) -> Figures:
    """The figures of this moment; ``known`` ones stay true while no site and no course came or went, for a while."""
    key = _key()
    if known is not None and known.key == key and now - known.at < KEPT_FOR:
        return known
    return Figures(
        at=now,
        key=key,
        countries=directory.countries(),
        releases=_merged(_sites_by(Site.moodle_release), release_of),
        sizes=_sizes(),
        told=_told(),
        languages=_merged(_courses_by(Course.language), languages.base),
        levels=_courses_by(Course.educational_level),
        audiences=_courses_by(Course.audience),
        subjects=_merged(_courses_by(Course.subject), _broad),
        licences=_courses_by(Course.licence),
        growth=_growth(now),
    )


def release_of(release: str) -> str:
    """Major and minor version in a site's release text, such as ``4.5`` in ``4.5.6+ (Build: 20250816)``."""
    match = re.match(r"\s*([0-9]{1,2})\.([0-9]{1,2})", release)
    return f"{match[1]}.{match[2]}" if match else ""


def _key() -> tuple[int, int, int]:
    row = totals.read()
    return row.site_count, row.enrollable_count, row.downloadable_count


def _broad(subject: str) -> str:
    return subject[:8] if subjects.known(subject[:8]) else ""


def _merged(counts: Sequence[Count], name: Any) -> list[Count]:
    merged: Counter[str] = Counter()
    for value, count in counts:
        merged[name(value)] += count
    return sorted(merged.items(), key=lambda pair: (-pair[1], pair[0]))


def _sites_by(column: InstrumentedAttribute[str]) -> list[Count]:
    return _counted(visible_sites().with_only_columns(column, sa.func.count()).group_by(column), column)


def _courses_by(column: InstrumentedAttribute[str]) -> list[Count]:
    return _counted(visible_courses().with_only_columns(column, sa.func.count()).group_by(column), column)


def _counted(query: sa.Select[str, int], column: InstrumentedAttribute[str]) -> list[Count]:
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(sa.func.count().desc(), column))]


def _told() -> list[tuple[str, int, int]]:
    columns: list[Any] = []
    for name in TOLD:
        value = _figure(name)
        believable = value.between(0, BELIEVABLE)
        columns += [sa.func.sum(value).filter(believable), sa.func.count().filter(believable)]
    row = db.session.execute(visible_sites().with_only_columns(*columns)).one()
    return [(name, int(row[2 * at] or 0), row[2 * at + 1]) for at, name in enumerate(TOLD)]


def _sizes() -> list[tuple[int, int]]:
    """How many of the sites that told their users have how many; the others are in no class."""
    users = _figure("users")
    ends = (*(each - 1 for each in SIZES[1:]), BELIEVABLE)
    columns: list[Any] = [sa.func.count().filter(users.between(*limits)) for limits in zip(SIZES, ends, strict=True)]
    row = db.session.execute(visible_sites().with_only_columns(*columns)).one()
    return list(zip(SIZES, row, strict=True))


def _figure(name: str) -> sa.ColumnElement[float]:
    return sa.cast(Site.figures[name].as_string(), sa.Double)


def _growth(now: datetime) -> list[tuple[datetime, int]]:
    """How many of the sites of today had registered at the end of each month."""
    ends = [*_month_ends(now, MONTHS - 1), now]
    columns = (sa.func.count().filter(Site.registered_at <= end) for end in ends)
    row = db.session.execute(visible_sites().with_only_columns(*columns)).one()
    return list(zip(ends, row, strict=True))


def _month_ends(now: datetime, count: int) -> list[datetime]:
    ends: list[datetime] = []
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(count):
        end = begin - timedelta(seconds=1)
        ends.append(end)
        begin = end.replace(day=1, hour=0, minute=0, second=0)
    return ends[::-1]
