"""Sites as moderators look for them: narrowed, sorted, in pages that cost the same however many sites there are.

What is rare is collected and then sorted; what is common is met soon by walking an index in the order asked for.
A page is asked for by the site that it follows or precedes, so that no page is far away (docs/decisions/0005).
"""

from __future__ import annotations

import enum
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from hub.extensions import db
from hub.sites import keys, words
from hub.sites.models import Reachability, Site, SiteState
from hub.vocabulary import languages

SIZE = 50
MOST_COUNTED = 10_000  # more are said to be "more than"
MOST_COUNTED_BY_WORDS = 1_000  # words that very many sites have are looked for in each
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
    contact: str = ""  # the beginning of its mail address
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
    total, floor = min(narrowed.count, narrowed.most), narrowed.count > narrowed.most
    backwards = bool(before) and not after
    rows = list(db.session.scalars(_page(narrowed, criteria, after or before, backwards).limit(size + 1)))
    more, items = len(rows) > size, rows[:size]
    if backwards:
        return Found(items[::-1], total, floor, has_previous=more, has_next=True)
    return Found(items, total, floor, has_previous=bool(after), has_next=more)


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
    looked_at: sa.ColumnElement[bool]  # the same, but no way to find sites: another index is to be followed
    equal: bool = False  # its index has the sites in the first order


@dataclass(frozen=True)
class _Narrowed:
    """How many sites fit, counted no further than needed; their ids if they are few, else what has to hold."""

    count: int
    most: int  # no more were counted
    ids: sa.Select[int]
    sources: Sequence[_Source]

    @property
    def few(self) -> bool:
        return self.count <= min(self.most, FEW)

    @property
    def filter(self) -> _Source | None:
        """What narrows beside the state, when that is one thing alone which has an index with the first order."""
        beside = [source for source in self.sources if source.name != "state"]
        return beside[0] if len(beside) == 1 and len(self.sources) == 2 and beside[0].equal else None


def _narrow(criteria: SiteCriteria) -> _Narrowed:
    sources = list(_sources(criteria))
    worded = any(source.name == "word" for source in sources)
    counts = _counts([source.ids for source in sources], MOST_COUNTED)
    rarest = min(range(len(sources)), key=counts.__getitem__, default=0)
    collected = bool(sources) and counts[rarest] <= (MOST_COUNTED if worded else FEW)
    if collected:
        others = [source.looked_at for source in sources if source is not sources[rarest]]
        ids = sa.select(Site.id).where(Site.id.in_(sources[rarest].ids), *others)
    else:
        ids = sa.select(Site.id).where(*_scanning(sources))
    most = MOST_COUNTED_BY_WORDS if worded and not collected else MOST_COUNTED
    return _Narrowed(_counts([ids], most)[0], most, ids, sources)


def _scanning(sources: Sequence[_Source]) -> Iterator[sa.ColumnElement[bool]]:
    """The conditions for reading ix_site_narrowed, which begins with the state, or the index of a single filter."""
    beside = [source for source in sources if source.name != "state"]
    for source in sources:
        yield source.holds if source.name == "state" or len(beside) == 1 else source.looked_at


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
    elif criteria.order is Order.STANDING and narrowed.filter:
        query = query.where(*(source.holds for source in narrowed.sources))
    else:
        query = query.where(*(source.looked_at for source in narrowed.sources))
    return query.where(_beyond(columns, mark, falling)) if mark else query


def _beyond(columns: Sequence[sa.orm.InstrumentedAttribute[Any]], mark: int, falling: bool) -> sa.ColumnElement[bool]:
    """Whether a site comes after the marked one in this order."""
    place = db.session.execute(sa.select(*columns).where(Site.id == mark)).first()
    if place is None:
        return sa.false()
    here = sa.tuple_(*columns)
    there = sa.tuple_(*place, types=[column.type for column in columns])
    return here < there if falling else here > there


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
            yield _source(column, operator.eq, wanted)
    yield from _ranges(criteria)
    yield from _lists(criteria)


def _ranges(criteria: SiteCriteria) -> Iterator[_Source]:
    if criteria.version:
        lowest, highest = releases(criteria.version)
        if lowest == highest:
            yield _source(Site.release_number, operator.eq, lowest)
        else:
            yield _source(Site.release_number, lambda column, wanted: column.between(*wanted), (lowest, highest))
    if criteria.contact.strip():
        yield _source(Site.contact_key, words.begins, criteria.contact.strip().casefold())
    if criteria.since:
        yield _source(Site.registered_at, operator.ge, datetime.combine(criteria.since, time(), UTC))


def _lists(criteria: SiteCriteria) -> Iterator[_Source]:
    if criteria.search.strip() and not keys.asked_words(criteria.search):
        yield _Source("nothing", sa.select(Site.id).where(sa.false()), sa.false(), sa.false())
    for word in keys.asked_words(criteria.search):
        present = words.present(word)
        yield _Source("word", words.beginning_with(word), present, present)
    for ids in having_waiting_courses if criteria.waiting else ():
        yield _Source("waiting", ids(), Site.id.in_(ids()), _aside(Site.id).in_(ids()))


def _source(column: sa.orm.InstrumentedAttribute[Any], compare: Callable[..., Any], wanted: Any) -> _Source:
    condition = compare(column, wanted)
    looked_at = compare(_aside(column), wanted)
    return _Source(column.key, sa.select(Site.id).where(condition), condition, looked_at, compare is operator.eq)


def _aside(column: sa.orm.InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """The column in a form in which SQLite, which knows nothing of frequencies, looks for no index with it."""
    if words.on_postgresql():
        return column.expression
    return UnaryExpression(column.expression, operator=custom_op("+"), type_=column.type)


def releases(version: str) -> tuple[int, int]:
    """The first and the last release number that a text means: ``4`` is 400 to 499, ``4.5`` is 405 alone."""
    exact = keys.release_number(version)
    if exact:
        return exact, exact
    major = re.fullmatch(r"\s*([0-9]{1,2})\.?\s*", version)
    return (int(major[1]) * 100, int(major[1]) * 100 + 99) if major else (-1, -1)
