"""Events as people read them: when, who by name, what, to which thing, and the details that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.accounts.models import User
from hub.events.models import EventDetails, EventRow
from hub.events.record import Subject
from hub.extensions import db


@dataclass(frozen=True)
class Line:
    """One event."""

    id: int
    at: datetime
    kind: str
    actor: str
    actor_name: str  # the person's user name, or the actor as the log names it
    subject_type: str
    subject_id: int | None
    details: dict[str, Any]


def of(subject: Subject, limit: int = 50) -> list[Line]:
    """The newest events about this thing."""
    query = sa.select(EventRow).where(EventRow.subject_type == subject.__tablename__, EventRow.subject_id == subject.id)
    return lines(db.session.scalars(query.order_by(EventRow.id.desc()).limit(limit)).all())


def lines(rows: Sequence[EventRow]) -> list[Line]:
    """These events in readable form; two more questions to the database, however many there are."""
    details = _details([row.id for row in rows])
    called = names({row.actor for row in rows})
    return [
        Line(
            id=row.id,
            at=row.at,
            kind=row.kind,
            actor=row.actor,
            actor_name=called.get(row.actor, row.actor),
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            details=details.get(row.id, {}),
        )
        for row in rows
    ]


def _details(event_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    query = sa.select(EventDetails.event_id, EventDetails.details).where(EventDetails.event_id.in_(event_ids))
    return {event_id: details for event_id, details in db.session.execute(query)}


def names(actors: set[str]) -> dict[str, str]:
    """The user names of those of these actors who are people."""
    ids = [int(number) for kind, _, number in (actor.partition(":") for actor in actors) if kind == "user"]
    query = sa.select(User.id, User.username).where(User.id.in_(ids))
    return {f"user:{user_id}": username for user_id, username in db.session.execute(query)}
