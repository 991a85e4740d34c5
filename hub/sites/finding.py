"""Sites as moderators look for them: narrowed, sorted, in pages that cost the same however many sites there are.

What is rare is collected and then sorted; what is common is met soon by walking an index in the order asked for.
A page is asked for by the site that it follows or precedes, so that no page is far away (docs/decisions/0004).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from hub import fields
from hub.extensions import db
from hub.sites import keys, words
from hub.sites.models import Reachability, Site, SiteState
from hub.vocabulary import languages

SIZE = 50
MOST_COUNTED = 10_000  # more are said to be "more than"
FEW = 2_000  # so many are collected and sorted; of more, one in a hundred of 200 000 sites fits


class Order(enum.StrEnum):
    """By what the list is sorted. STANDING: prioritised, then trusted, then visible, then by name."""

    STANDING = "standing"
    NAME = "name"
    REGISTERED = "registered"
    UPDATED = "updated"
    COURSES = "courses"
    USERS = "users"
    REACHABILITY = "reachability"  # by how often in a row a site did not answer

    @property
    def columns(self) -> tuple[sa.orm.InstrumentedAttribute[Any], ...]:
        """What the order compares; ends in the number, so that no two sites are equal."""
        return _COLUMNS[self]


_COLUMNS: dict[Order, tuple[sa.orm.InstrumentedAttribute[Any], ...]] = {
    Order.STANDING: (Site.standing_rank, Site.name_key, Site.id),
    Order.NAME: (Site.name_key, Site.id),
    Order.REGISTERED: (Site.registered_at, Site.id),
    Order.UPDATED: (Site.modified_at, Site.id),
    Order.COURSES: (Site.course_figure, Site.id),
    Order.USERS: (Site.user_figure, Site.id),
    Order.REACHABILITY: (Site.failure_count, Site.id),
}


@dataclass(frozen=True)
class SiteCriteria:
    """Which sites, in which order; what is empty does not narrow."""

    search: str = ""
    contact: str = ""
    state: SiteState | None = SiteState.LIVE
    visible: bool | None = None
    trusted: bool | None = None
    prioritised: bool | None = None
    country: str = ""
    language: str = ""
    version: str = ""  # of Moodle: 4 or 4.5
    reachability: Reachability | None = None
    since: date | None = None  # registered on that day or later
    waiting: bool = False  # with courses that wait for a moderator
    order: Order = Order.STANDING
    descending: bool = False


@dataclass(frozen=True)
class Found:
    """A page of sites, whether there are pages before and after it, and how many sites there are in all."""

    items: Sequence[Site]
    total: int
    total_is_floor: bool  # there are more than ``total``
    has_previous: bool = False
    has_next: bool = False


having_waiting_courses: list[Callable[[], sa.Select[int]]] = []  # courses know sites and not the reverse


def find(criteria: SiteCriteria, *, after: int = 0, before: int = 0, size: int = SIZE) -> Found:
    """The sites that fit: the first ones, or those that follow or precede the site of a number, in their order."""
    narrowed = _narrow(criteria)
    total = min(narrowed.count, MOST_COUNTED)
    backwards = bool(before) and not after
    rows = list(db.session.scalars(_page(narrowed, criteria, after or before, backwards).limit(size + 1)))
    more, items = len(rows) > size, rows[:size]
    if backwards:
        return Found(items[::-1], total, narrowed.count > MOST_COUNTED, has_previous=more, has_next=True)
    return Found(items, total, narrowed.count > MOST_COUNTED, has_previous=bool(after), has_next=more)


def every(criteria: SiteCriteria, batch: int = 500) -> Iterator[Site]:
    """All sites that fit, in their order, loaded a few hundred at a time."""
    narrowed, last = _narrow(criteria), 0
    while True:
        rows = list(db.session.scalars(_page(narrowed, criteria, last).limit(batch)))
        yield from rows
        if len(rows) < batch:
            return
        last = rows[-1].id


@dataclass(frozen=True)
class _Source:
    """One thing that narrows: the ids of the sites that fit, and the same as a condition on one site."""

    name: str
    ids: sa.Select[int]
    holds: sa.ColumnElement[bool]
    equal: bool = False  # its index has the sites in the first order


@dataclass(frozen=True)
class _Narrowed:
    """How many sites fit, counted no further than needed; their ids if they are few, else what has to hold."""

    count: int
    ids: sa.Select[int]
    sources: Sequence[_Source]

    @property
    def few(self) -> bool:
        return self.count <= FEW


def _narrow(criteria: SiteCriteria) -> _Narrowed:
    sources = list(_sources(criteria))
    conditions = [source.holds for source in sources]
    counts = _counts([source.ids for source in sources], FEW)
    rarest = min(range(len(sources)), key=counts.__getitem__, default=None)
    if rarest is not None and counts[rarest] <= FEW:
        others = [source.holds for source in sources if source is not sources[rarest]]
        ids = sa.select(Site.id).where(Site.id.in_(sources[rarest].ids), *others)
    else:
        ids = sa.select(Site.id).where(*conditions).with_hint(Site, "INDEXED BY ix_site_narrowed", "sqlite")
    return _Narrowed(_counts([ids], MOST_COUNTED)[0], ids, sources)


def _counts(queries: Sequence[sa.Select[int]], most: int) -> Sequence[int]:
    """How many rows each query has, counted up to one more than ``most``: one question to the database."""
    if not queries:
        return []
    capped = [query.limit(most + 1).subquery() for query in queries]
    return db.session.execute(
        sa.select(*(sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in capped))
    ).one()


def _page(narrowed: _Narrowed, criteria: SiteCriteria, mark: int = 0, backwards: bool = False) -> sa.Select[Site]:
    columns = criteria.order.columns
    falling = criteria.descending != backwards
    query = sa.select(Site).order_by(*(column.desc() if falling else column for column in columns))
    if narrowed.few:
        query = query.where(Site.id.in_(narrowed.ids))
    else:
        query = query.where(*(source.holds for source in narrowed.sources))
        query = query.with_hint(Site, f"INDEXED BY {_walked(criteria, narrowed.sources)}", "sqlite")
    return query.where(_beyond(columns, mark, falling)) if mark else query


def _beyond(columns: Sequence[sa.orm.InstrumentedAttribute[Any]], mark: int, falling: bool) -> sa.ColumnElement[bool]:
    """Whether a site comes after the marked one in this order."""
    place = db.session.execute(sa.select(*columns).where(Site.id == mark)).first()
    if place is None:
        return sa.false()
    here = sa.tuple_(*columns)
    there = sa.tuple_(*place, types=[column.type for column in columns])
    return here < there if falling else here > there


def _walked(criteria: SiteCriteria, sources: Sequence[_Source]) -> str:
    """The index that has the order; the first order has one for each filter that stands alone beside the state."""
    if criteria.order is not Order.STANDING:
        return f"ix_site_by_{criteria.order.columns[0].key}"
    beside = [source for source in sources if source.name != "state"]
    alone = len(beside) == 1 and len(sources) == 2 and beside[0].equal
    return f"ix_site_{beside[0].name}" if alone else "ix_site_standing"


def _sources(criteria: SiteCriteria) -> Iterator[_Source]:
    """Everything that narrows."""
    for column, wanted in (
        (Site.state, criteria.state),
        (Site.visible, criteria.visible),
        (Site.trusted, criteria.trusted),
        (Site.prioritised, criteria.prioritised),
        (Site.reachability, criteria.reachability),
        (Site.country_code, criteria.country.upper() or None),
        (Site.language_base, languages.base(criteria.language) if criteria.language else None),
    ):
        if wanted is not None:
            yield _source(column.key, column == wanted, equal=True)
    yield from _ranges(criteria)
    yield from _lists(criteria)


def _ranges(criteria: SiteCriteria) -> Iterator[_Source]:
    if criteria.version:
        lowest, highest = releases(criteria.version)
        exact = lowest == highest
        within = Site.release_number == lowest if exact else Site.release_number.between(lowest, highest)
        yield _source("release_number", within, equal=exact)
    if criteria.since:
        yield _source("registered_at", Site.registered_at >= datetime.combine(criteria.since, time(), UTC))


def _lists(criteria: SiteCriteria) -> Iterator[_Source]:
    for text, where in ((criteria.search, "words"), (criteria.contact, "contact")):
        if text.strip():
            yield _Source(where, words.ids(text, where), words.holds(text, where))
    for ids in having_waiting_courses if criteria.waiting else ():
        yield _Source("waiting", ids(), Site.id.in_(ids()))


def _source(name: str, condition: sa.ColumnElement[bool], *, equal: bool = False) -> _Source:
    return _Source(name, sa.select(Site.id).where(condition), condition, equal)


def releases(version: str) -> tuple[int, int]:
    """The first and the last release number that a text means: ``4`` is 400 to 499, ``4.5`` is 405 alone."""
    exact = keys.release_number(version)
    if exact:
        return exact, exact
    major = fields.integer_or_none(version.strip().rstrip(".")) if version.strip().rstrip(".").isascii() else None
    return (major * 100, major * 100 + 99) if major else (-1, -1)
