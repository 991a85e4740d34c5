"""What is forgotten of the event log when its time is over."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from hub.database import touched
from hub.events import checkpoints
from hub.events.models import EventDetails, EventRow
from hub.extensions import db


def forget_details(before: datetime) -> int:
    """Erase the personal parts of older events; the chain holds without them. How many were erased."""
    older = sa.select(EventRow.id).where(EventRow.at < before)
    return touched(db.session, sa.delete(EventDetails).where(EventDetails.event_id.in_(older)))


def remove(before: datetime) -> int:
    """Remove older events, but never the newest one, and sign which was the last of them. How many were removed."""
    newest = sa.select(sa.func.max(EventRow.id)).scalar_subquery()
    last = db.session.execute(
        sa.select(EventRow.id, EventRow.hash)
        .where(EventRow.at < before, EventRow.id < newest)
        .order_by(EventRow.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return 0
    checkpoints.sign(last.id, last.hash, removed=True)
    db.session.execute(sa.delete(EventDetails).where(EventDetails.event_id <= last.id))
    return touched(db.session, sa.delete(EventRow).where(EventRow.id <= last.id))
