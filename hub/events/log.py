"""The event log as people look for things in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from hub.events.models import EventDetails, EventRow
from hub.events.record import Actor, Event, record
from hub.extensions import db

COLUMNS = ("id", "at", "kind", "actor", "subject_type", "subject_id", "details")


@dataclass(frozen=True)
class LogFilter:
    """Which events; what is empty does not narrow. Days are whole days in UTC, both included."""

    kind: str = ""
    actor: str = ""
    subject_type: str = ""
    subject_id: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The filter as SQL."""
        exact = ("kind", "actor", "subject_type", "subject_id")
        given = [(name, getattr(self, name)) for name in exact if getattr(self, name) not in ("", None)]
        found = [getattr(EventRow, name) == value for name, value in given]
        if self.since:
            found.append(EventRow.at >= _midnight(self.since))
        if self.until:
            found.append(EventRow.at < _midnight(self.until + timedelta(days=1)))
        return found


def newest(asked: LogFilter) -> sa.Select[EventRow]:
    """The events asked for, newest first."""
    return sa.select(EventRow).where(*asked.conditions).order_by(EventRow.id.desc())


def rows(asked: LogFilter, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The events asked for with their details, newest first, read as they are used: one object each, by COLUMNS."""
    query = (
        sa.select(EventRow, EventDetails.details)
        .outerjoin(EventDetails, EventDetails.event_id == EventRow.id)
        .where(*asked.conditions)
        .order_by(EventRow.id.desc())
        .limit(limit)
    )
    for row, details in db.session.execute(query.execution_options(yield_per=500)):
        yield {**{name: getattr(row, name) for name in COLUMNS[:-1]}, "details": details or {}}
        db.session.expunge(row)


def note_export(asked: LogFilter, *, by: Actor) -> None:
    """Note that somebody took a copy of these events."""
    given = {name: str(value) for name, value in vars(asked).items() if value not in ("", None)}
    record(Event.EVENTS_EXPORTED, None, by=by, **given)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
