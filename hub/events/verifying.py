"""Whether every event is there as it was written, read from what the database really holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.events import chain, checkpoints
from hub.events.models import EventCheck, EventCheckpoint, EventDetails, EventRow
from hub.extensions import db

MOST_KEPT = 20  # sentences about what was found: the first ones tell where to look

_RAW = (
    *(getattr(EventRow, name) for name in ("id", "kind", "actor", "subject_type", "subject_id")),
    *(getattr(EventRow, name) for name in ("personal_digest", "previous_hash", "hash")),
    sa.cast(EventRow.at, sa.Text).label("at"),
    EventDetails.event_id,
    EventDetails.salt,
    sa.cast(EventDetails.details, sa.Text).label("details"),
)


def look_through() -> EventCheck:
    """Verify the whole log and note what was found, in place of what was found last time."""
    broken = broken_links()
    first = list(islice(broken, MOST_KEPT))
    found = EventCheck(
        id=1,
        at=clock.now(),
        event_count=db.session.scalar(sa.select(sa.func.count()).select_from(EventRow)) or 0,
        problems=first,
        problem_count=len(first) + sum(1 for _each in broken),
    )
    return db.session.merge(found)


def last_look() -> EventCheck | None:
    """What was found last time."""
    return db.session.get(EventCheck, 1)


def broken_links() -> Iterator[str]:
    """A sentence for each event that is missing or was altered; nothing when the log is whole."""
    signed = {each.event_id: each for each in db.session.scalars(sa.select(EventCheckpoint))}
    for each in signed.values():
        if not checkpoints.genuine(each):
            yield f"The signature under event {each.event_id} is not this hub's, or its secret key has changed."
    removed = max((each for each in signed.values() if each.removed), key=lambda each: each.event_id, default=None)
    last_id, last_hash = (removed.event_id, removed.hash) if removed else (0, chain.FIRST)
    for row in _rows():
        yield from _complaints(row, last_id, last_hash, signed)
        last_id, last_hash = row.id, row.hash
    newest = max(signed, default=0)
    if newest > last_id:
        yield f"Events {last_id + 1} to {newest} are missing."


def _rows() -> Iterator[Any]:
    rows = sa.select(*_RAW).outerjoin(EventDetails, EventDetails.event_id == EventRow.id).order_by(EventRow.id)
    return iter(db.session.execute(rows.execution_options(yield_per=1000)))


def _complaints(row: Any, last_id: int, last_hash: str, signed: dict[int, EventCheckpoint]) -> Iterator[str]:
    if row.id != last_id + 1:
        yield f"Events {last_id + 1} to {row.id - 1} are missing."
    elif row.previous_hash != last_hash:
        yield f"Event {row.id} does not follow event {last_id}."
    if not _as_written(row):
        yield f"Event {row.id} was altered."
    elif row.id in signed and signed[row.id].hash != row.hash:
        yield f"Event {row.id} is not the one that the hub signed."
    if row.event_id is not None and not _details_as_written(row):
        yield f"The details of event {row.id} were altered."


def _as_written(row: Any) -> bool:
    at = _moment(row.at)
    if at is None:
        return False
    values = {name: getattr(row, name) for name in ("id", "kind", "actor", "subject_type", "subject_id")}
    found = EventRow(**values, at=at, personal_digest=row.personal_digest, previous_hash=row.previous_hash)
    return chain.link(found) == str(row.hash)


def _moment(text: str) -> datetime | None:
    """The moment as the database keeps it; nothing for a text that no database of ours has written."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None and text != f"{found:%Y-%m-%d %H:%M:%S.%f}":
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)


def _details_as_written(row: Any) -> bool:
    try:
        details = json.loads(row.details)
    except ValueError:
        return False
    if db.engine.dialect.name == "sqlite" and row.details != json.dumps(details):
        return False
    return isinstance(details, dict) and chain.digest(row.salt, details) == row.personal_digest
