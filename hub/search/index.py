"""Keeps the search index in step with the courses, inside the transactions that change them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from hub.courses.models import Course
from hub.extensions import db
from hub.search import backends
from hub.search.entries import Entry
from hub.search.tables import entry
from hub.sites.models import Site

BATCH = 500

_READ = (
    Course.id,
    Course.site_id,
    Course.course_id_on_site,
    Course.kind,
    Course.modified_at,
    Course.fullname,
    Course.shortname,
    Course.description,
    Course.language,
    Course.publisher_name,
    Course.creator_name,
    Course.contributor_names,
    Course.coverage,
    Course.licence,
    Course.subject,
    Course.audience,
    Course.educational_level,
    Course.outcomes,
    Site.prioritised,
)


def follow(course_ids: Sequence[int]) -> None:
    """Let the index hold these courses as they are now: as they read and rank when listed, not at all otherwise."""
    ids = iter(sorted(set(course_ids)))
    while batch := list(islice(ids, BATCH)):
        backends.current().replace(batch, [Entry.of(row) for row in _listed(batch)])


def rebuild(progress: Callable[[int], None] = lambda done: None) -> None:
    """Index every course anew, in the caller's transaction; ``progress`` learns how many are done."""
    done = 0
    for batch in batches():
        follow(batch)
        done += len(batch)
        progress(done)
    backends.current().tidy()


def batches() -> Iterator[list[int]]:
    """The ids of all courses that are, were or might be in the index, in portions for one transaction each."""
    last = 0
    while batch := _after(last):
        yield batch
        last = batch[-1]


def _after(last: int) -> list[int]:
    either = sa.union(
        sa.select(Course.id.label("id")).where(Course.id > last).order_by(Course.id).limit(BATCH).subquery().select(),
        sa.select(entry.c.course_id.label("id"))
        .where(entry.c.course_id > last)
        .order_by(entry.c.course_id)
        .limit(BATCH)
        .subquery()
        .select(),
    ).subquery()
    return list(db.session.scalars(sa.select(either.c.id).order_by(either.c.id).limit(BATCH)))


def _listed(course_ids: list[int]) -> Iterable[Any]:
    # Locked, so that of two transactions that change a course and its site the later one indexes both changes.
    return db.session.execute(
        sa.select(*_READ)
        .join(Site, Site.id == Course.site_id)
        .where(Course.id.in_(course_ids), Course.listed)
        .order_by(Course.id)
        .with_for_update(of=Course, key_share=True)
    )
