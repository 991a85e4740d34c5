"""How many visible courses there are, and of what: for lists of sites and choices of filters."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from hub.courses.models import Course
from hub.extensions import db


def by_site(site_ids: Iterable[int]) -> dict[int, int]:
    """The number of visible courses of each of these sites; sites without any are missing."""
    counted = (
        sa.select(Course.site_id, sa.func.count())
        .where(Course.listed, Course.site_id.in_(list(site_ids)))
        .group_by(Course.site_id)
    )
    return {site_id: count for site_id, count in db.session.execute(counted)}


def values(column: InstrumentedAttribute[str]) -> list[str]:
    """The different values that visible courses have in a column, in order: one step of the index for each."""
    least = sa.select(sa.func.min(column)).where(Course.listed)
    steps = sa.select(least.scalar_subquery().label("value")).cte("steps", recursive=True)
    next_value = least.where(column > steps.c.value).correlate(steps).scalar_subquery()
    steps = steps.union_all(sa.select(next_value).where(steps.c.value.is_not(None)))
    return [value for value in db.session.scalars(sa.select(steps.c.value)) if value]
