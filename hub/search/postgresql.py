"""Search in PostgreSQL: the same tokens as a tsvector under a GIN index, the ranks under a B-tree.

A tsvector of ours has no positions and no weights: a word of the title is a token of its own, which the index finds
without reading the row. No token is near the 2047 bytes over which PostgreSQL drops words.

Courses can be found in two ways: match first and sort (fast when few match), or walk the sorted index until enough have
matched (fast when many do). Left alone, the planner picks the wrong way by a factor of a thousand, so the statements
leave it no choice; its estimate of how many match decides here. An estimate may be wrong: a walk ends after as many
rows as were expected to match, and what it did not find is then matched.
"""

# ruff: noqa: S608  # statements are put together from this module's own pieces; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub.extensions import db
from hub.search.criteria import Order
from hub.search.entries import Entry
from hub.search.rank import AGE_MASK
from hub.search.tables import entry
from hub.search.tokens import EVERY, Wanted

_SORTINGS = {
    Order.ELDEST: ("rank", f"rank & {AGE_MASK}"),
    Order.RATINGAVERAGE: ("rank", f"(rank & {AGE_MASK}) DESC"),  # there are no ratings yet: newest
    Order.FULLNAME: ("fullname_key", "fullname_key, course_id"),
    Order.PUBLISHER: ("publisher_key", "publisher_key, course_id"),
}
_BY_RANK = ("rank", "rank DESC")

# What it costs to look at a row, where to find one in the index, read and sort it costs 1 (measured).
_WALKING = 3.0
_COUNTING = 0.07  # to find one in the index and not to read it

_UPSERT = sa.text(
    """
    INSERT INTO course_index_entry (course_id, rank, language, fullname_key, publisher_key, tokens)
    VALUES (:course_id, :rank, :language, :fullname_key, :publisher_key, array_to_tsvector(CAST(:tokens AS text[])))
    ON CONFLICT (course_id) DO UPDATE SET rank = excluded.rank, language = excluded.language,
        fullname_key = excluded.fullname_key, publisher_key = excluded.publisher_key, tokens = excluded.tokens
    """
)


@dataclass(frozen=True)
class _Search:
    """Parts of one search as SQL; its values are ``:wanted0`` and so on."""

    tiers: Sequence[Wanted]
    rows: float = 0
    estimates: Sequence[float] = ()

    @property
    def values(self) -> dict[str, str]:
        return {f"wanted{at}": _tsquery(wanted) for at, wanted in enumerate(self.tiers)}

    def holds(self, at: int) -> str:
        """The condition on a row that tier ``at`` wants it."""
        return "true" if self.tiers[at].groups == ((EVERY,),) else f"tokens @@ CAST(:wanted{at} AS tsquery)"

    def reach(self, at: int, enough: int, cost: float) -> int:
        """How many rows are worth walking for ``enough`` matches, when one from the index costs ``cost``; 0: none.

        A power of two: it is part of the statement, for the planner to see, and there should not be too many of those.
        """
        matches = self.estimates[at]
        worth = matches**2 * cost > _WALKING * enough * self.rows
        return 1 << int(matches * cost / _WALKING).bit_length() if worth else 0


def search(order: Order, tiers: Sequence[Wanted], offset: int, limit: int, most: int) -> tuple[list[int], int]:
    """The courses of this page, and how many there are, counted no further than ``most``: five statements."""
    asked = _estimated([tiers[-1].alone, *tiers])
    _execute("SET LOCAL enable_seqscan = off")  # it is thought too cheap: looking into a row's tokens costs far more
    number = _count(asked, most)
    ids = _page(asked, order, offset, limit) if offset < number and limit else []
    _execute("SET LOCAL enable_seqscan = DEFAULT")
    return ids, number


def _estimated(wanted: Sequence[Wanted]) -> _Search:
    asked = _Search(wanted)
    conditions = ["true", *(asked.holds(at) for at in range(len(wanted)))]
    arrays = ", ".join(f"ARRAY(SELECT course_id FROM course_index_entry WHERE {each})" for each in conditions)
    [plan] = _execute(f"EXPLAIN (FORMAT JSON) SELECT {arrays}", asked.values).scalar_one()
    rows, *estimates = (part["Plan Rows"] for part in plan["Plan"]["Plans"])
    return _Search(wanted, rows, estimates)


def _count(asked: _Search, most: int) -> int:
    reach = asked.reach(0, most, _COUNTING)
    near = f"SELECT count(*) FROM ({_walked('rank, tokens', asked.holds(0), 'rank DESC', reach)} LIMIT :most) AS near"
    all_ = f"SELECT count(*) FROM (SELECT FROM course_index_entry WHERE {asked.holds(0)} LIMIT :most) AS matched"
    query = f"WITH near (number) AS MATERIALIZED ({near}) SELECT CASE number WHEN :most THEN number ELSE ({all_}) END"
    return int(_execute(f"{query} FROM near", {**asked.values, "most": most}).scalar_one())


def _page(asked: _Search, order: Order, offset: int, limit: int) -> list[int]:
    column, sorting = _SORTINGS.get(order, _BY_RANK)
    tiers = range(1, len(asked.tiers))
    parts = ", ".join(part for at in tiers for part in _tier(asked, at, column, sorting, offset + limit))
    union = " UNION ALL ".join(f"SELECT {at} AS tier, * FROM tier{at}" for at in tiers)
    query = f"WITH {parts} SELECT course_id FROM ({union}) AS found ORDER BY tier, {sorting}"
    values = {**asked.values, "enough": offset + limit, "limit": limit, "offset": offset}
    return list(_execute(f"{query} LIMIT :limit OFFSET :offset", values).scalars())


def _tier(asked: _Search, at: int, column: str, sorting: str, enough: int) -> Iterator[str]:
    """The parts of a statement that end in ``tier<at>``: the best of a tier, unless the tiers before were enough."""
    columns = f"course_id, {column}"
    before = " + ".join(f"(SELECT count(*) FROM tier{each})" for each in range(1, at))
    missing = f"{before or 0} < :enough"
    near = _walked(f"{columns}, tokens", f"{asked.holds(at)} AND {missing}", sorting, asked.reach(at, enough, 1))
    yield f"near{at} AS MATERIALIZED (SELECT {columns} FROM ({near} LIMIT :enough) AS near)"
    short = f"(SELECT count(*) FROM near{at}) < :enough"
    matched = f"SELECT {columns} FROM course_index_entry WHERE {asked.holds(at)} AND {missing} AND {short}"
    yield f"matched{at} AS MATERIALIZED ({matched})"
    either = f"SELECT * FROM near{at} WHERE NOT {short} UNION ALL SELECT * FROM matched{at}"
    yield f"tier{at} AS MATERIALIZED (SELECT * FROM ({either}) AS either ORDER BY {sorting} LIMIT :enough)"


def _walked(columns: str, condition: str, sorting: str, reach: int) -> str:
    nearest = f"SELECT {columns} FROM course_index_entry ORDER BY {sorting} LIMIT {reach}"
    return f"SELECT {columns} FROM ({nearest}) AS nearest WHERE {condition}"


def _execute(query: str, values: dict[str, Any] | None = None) -> sa.Result[Any]:
    return db.session.execute(sa.text(query), values)


def _tsquery(wanted: Wanted) -> str:
    expression = _all_of(wanted.groups)
    return f"({expression}) & !({_all_of(wanted.without)})" if wanted.without else expression


def _all_of(groups: Sequence[Sequence[str]]) -> str:
    return " & ".join(f"({' | '.join(map(_quoted, group))})" for group in groups)


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def replace(course_ids: Sequence[int], entries: Sequence[Entry]) -> None:
    """Put these entries where whatever there was of these courses."""
    gone = set(course_ids) - {each.course_id for each in entries}
    if gone:
        db.session.execute(sa.delete(entry).where(entry.c.course_id.in_(gone)))
    if entries:
        db.session.execute(_UPSERT, [{**each.row(), "tokens": _stored(each)} for each in entries])


def _stored(new: Entry) -> list[str]:
    return [token for token in new.tokens if token != EVERY]


def tidy() -> None:
    """Nothing to do: PostgreSQL tidies up by itself."""
