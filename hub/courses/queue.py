"""Courses as moderators look for them: what waits first, or all of one visibility, narrowed by the filters."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from hub import clock
from hub.courses import listing, waiting
from hub.courses.models import Course, Kind
from hub.vocabulary import languages


class Look(enum.StrEnum):
    """Which courses: those that wait for a decision, or all by whether visitors see them."""

    WAITING = "waiting"
    VISIBLE = "visible"
    HIDDEN = "hidden"
    ANY = "any"


_LISTED = {Look.VISIBLE: True, Look.HIDDEN: False, Look.ANY: None}


@dataclass(frozen=True)
class QueueCriteria:
    """What a moderator looks for; what is empty does not narrow."""

    look: Look = Look.WAITING
    search: str = ""
    site_id: int | None = None
    kind: Kind | None = None
    language: str = ""
    modified_within: timedelta | None = None


def find(criteria: QueueCriteria) -> sa.Select[Course]:
    """The courses with their sites: those that wait longest first, any others newest first."""
    if criteria.look is Look.WAITING:
        query = waiting.waiting().where(*_as_listed(criteria))
    else:
        query = listing.filtered(
            search=criteria.search,
            listed=_LISTED[criteria.look],
            kind=criteria.kind,
            site_id=criteria.site_id,
        )
    return query.where(*_narrowing(criteria))


def _as_listed(criteria: QueueCriteria) -> Iterator[sa.ColumnElement[bool]]:
    """The conditions that ``listing.filtered`` knows, for the courses that wait."""
    if criteria.search.strip():
        yield listing.mentions(criteria.search)
    if criteria.kind:
        yield Course.kind == criteria.kind
    if criteria.site_id:
        yield Course.site_id == criteria.site_id


def _narrowing(criteria: QueueCriteria) -> Iterator[sa.ColumnElement[bool]]:
    base = languages.base(criteria.language)
    if base:
        yield sa.or_(Course.language == base, Course.language.startswith(f"{base}_", autoescape=True))
    if criteria.modified_within:
        yield Course.modified_at >= clock.now() - criteria.modified_within
