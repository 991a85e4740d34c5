"""Finding courses: from criteria to the ids of a page and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.paging import SIZE
from hub.search import backends, listed
from hub.search.criteria import CourseCriteria, Order
from hub.search.tokens import Wanted, wanted

COUNTED = 1_000  # further ones are "more than 1000"
DEEPEST = 100_000  # no further into the results; what such a page costs stays bounded


@dataclass(frozen=True)
class Found:
    """The courses of a page, best first, of ``total`` in all; ``total_is_floor`` means "more than total"."""

    ids: Sequence[int]
    total: int
    total_is_floor: bool = False


def find(criteria: CourseCriteria, *, offset: int = 0, limit: int = SIZE) -> Found:
    """The listed courses that meet the criteria, ``limit`` of them from ``offset`` on.

    They are counted up to 1000, or to the end of this page where that is further.
    """
    tiers = _tiers(criteria)
    if () in tiers[-1].groups:
        return Found([], 0)
    offset = min(max(offset, 0), DEEPEST)
    limit = min(max(limit, 0), DEEPEST - offset)
    most = max(COUNTED, offset + limit)
    ids, total = backends.current().search(criteria.order, tiers, offset, limit, most + 1)
    return Found(ids, min(total, most), total > most and most < DEEPEST)


def _tiers(criteria: CourseCriteria) -> list[Wanted]:
    among = listed.languages() if criteria.words and not criteria.language else []
    found = wanted(criteria, among)
    return found if criteria.order in (Order.UNCHOSEN, Order.NEWEST) else [found[-1].alone]
