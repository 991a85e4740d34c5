"""Search in SQLite: an FTS5 table of tokens whose row ids are the negative ranks (search.tables).

Every token in a match expression is quoted: FTS5 has operators of its own, and user input must not reach them.
"""

# ruff: noqa: S608  # statements are put together from this module's own pieces; what comes from outside is bound

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa

from hub.extensions import db
from hub.search.criteria import Order
from hub.search.entries import Entry
from hub.search.rank import AGE_MASK, ID_MASK, PRIORITISED
from hub.search.tables import entry
from hub.search.tokens import Wanted

_MATCHING = "SELECT rowid AS place FROM course_index WHERE course_index MATCH"

_BY_AGE = f"""
    SELECT -place & {ID_MASK} FROM (
        SELECT * FROM ({_MATCHING} :match AND rowid > -{PRIORITISED} ORDER BY rowid {{way}} LIMIT :last)
        UNION ALL
        SELECT * FROM ({_MATCHING} :match AND rowid <= -{PRIORITISED} ORDER BY rowid {{way}} LIMIT :last)
    ) ORDER BY -place & {AGE_MASK} {{order}} LIMIT :limit OFFSET :offset"""
_BY_NAME_SORTING = f"""
    SELECT course_id FROM ({_MATCHING} :match) CROSS JOIN course_index_entry ON course_id = -place & {ID_MASK}
    ORDER BY {{key}}, course_id LIMIT :limit OFFSET :offset"""
_BY_NAME_WALKING = """
    SELECT course_id FROM course_index_entry INDEXED BY {index}
    CROSS JOIN course_index ON course_index.rowid = -course_index_entry.rank
    WHERE {holds} ORDER BY {key}, course_id LIMIT :limit OFFSET :offset"""
_INSERT = sa.text("INSERT INTO course_index (rowid, tokens) VALUES (:place, :tokens)")
_DELETE = sa.text("DELETE FROM course_index WHERE rowid = :place")
_COUNT = f"SELECT count(*) FROM ({_MATCHING} :match LIMIT :most)"

_AGES = {
    Order.ELDEST: {"way": "DESC", "order": "ASC"},
    Order.RATINGAVERAGE: {"way": "ASC", "order": "DESC"},  # there are no ratings yet: newest
}
_NAMES = {
    Order.FULLNAME: {"key": "fullname_key", "index": "ix_course_index_entry_fullname"},
    Order.PUBLISHER: {"key": "publisher_key", "index": "ix_course_index_entry_publisher"},
}


def search(order: Order, tiers: Sequence[Wanted], offset: int, limit: int, most: int) -> tuple[list[int], int]:
    """The courses of this page, and how many there are, counted no further than ``most``: two or three statements."""
    everything = tiers[-1].alone
    number = _count(everything, most)
    if offset >= number or not limit:
        return [], number
    if order in _NAMES:
        return _by_name(_NAMES[order], everything, offset, limit), number
    if order in _AGES:
        return _by_age(_AGES[order], everything, offset, limit), number
    return _by_rank(tiers, offset, limit), number


def _by_rank(tiers: Sequence[Wanted], offset: int, limit: int) -> list[int]:
    # SQLite reads the parts of a UNION ALL one after the other, and none that LIMIT makes superfluous.
    parts = [f"SELECT * FROM ({_MATCHING} :match{at} ORDER BY rowid LIMIT :last)" for at in range(len(tiers))]
    query = f"SELECT -place & {ID_MASK} FROM ({' UNION ALL '.join(parts)}) LIMIT :limit OFFSET :offset"
    matches = {f"match{at}": _match(wanted) for at, wanted in enumerate(tiers)}
    return _ids(query, **matches, last=offset + limit, limit=limit, offset=offset)


def _by_age(ways: dict[str, str], wanted: Wanted, offset: int, limit: int) -> list[int]:
    values = {"match": _match(wanted), "last": offset + limit, "limit": limit, "offset": offset}
    return _ids(_BY_AGE.format(**ways), **values)


def _by_name(names: dict[str, str], wanted: Wanted, offset: int, limit: int) -> list[int]:
    page = {"limit": limit, "offset": offset}
    enough = _worth_walking(offset + limit)
    if _count(wanted, enough) < enough:
        return _ids(_BY_NAME_SORTING.format(**names), match=_match(wanted), **page)
    holds, tokens = _held(wanted.groups)
    return _ids(_BY_NAME_WALKING.format(holds=holds, **names), **tokens, **page)


def _worth_walking(wanted: int) -> int:
    """With how many matches it is cheaper to walk the sorted names until ``wanted`` of them match.

    Sorting m matches costs about m, walking to the wanted ones 12 × wanted × (all courses ÷ m): this is where both cost
    the same among a million courses; among fewer either is cheap.
    """
    return int((12 * wanted * 1_000_000) ** 0.5)


def _held(groups: Sequence[Sequence[str]]) -> tuple[str, dict[str, str]]:
    """The condition that a row's text holds a token of every group, and its values: no use of the full-text index."""
    names = {token: f"token{number}" for number, token in enumerate(dict.fromkeys(chain(*groups)))}
    holds = (" OR ".join(f"instr(tokens, :{names[token]})" for token in group) for group in groups)
    return " AND ".join(f"({each})" for each in holds), {name: f" {token} " for token, name in names.items()}


def _count(wanted: Wanted, most: int) -> int:
    return int(db.session.execute(sa.text(_COUNT), {"match": _match(wanted), "most": most}).scalar_one())


def _ids(query: str, **values: Any) -> list[int]:
    return list(db.session.execute(sa.text(query), values).scalars())


def _match(wanted: Wanted) -> str:
    expression = _all_of(wanted.groups)
    return f"({expression}) NOT ({_all_of(wanted.without)})" if wanted.without else expression


def _all_of(groups: Sequence[Sequence[str]]) -> str:
    return " AND ".join(f"({' OR '.join(map(_quoted, group))})" for group in groups)


def _quoted(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


def replace(course_ids: Sequence[int], entries: Sequence[Entry]) -> None:
    """Put these entries where whatever there was of these courses."""
    these = entry.c.course_id.in_(course_ids)
    old = db.session.scalars(sa.select(entry.c.rank).where(these).order_by(entry.c.rank.desc())).all()
    if old:
        db.session.execute(_DELETE, [{"place": -rank} for rank in old])
        db.session.execute(sa.delete(entry).where(these))
    if entries:
        db.session.execute(sa.insert(entry), [each.row() for each in entries])
        db.session.execute(_INSERT, _places(entries))


def _places(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    # In the order of the row ids: FTS5 starts a new piece of index whenever they go back.
    best_first = sorted(entries, key=lambda each: each.rank, reverse=True)
    return [{"place": -each.rank, "tokens": f" {' '.join(each.tokens)} "} for each in best_first]


def tidy() -> None:
    """Merge the pieces that changes left behind, a bounded number of pages at a time."""
    db.session.execute(sa.text("INSERT INTO course_index (course_index, rank) VALUES ('merge', 500)"))
