"""The hub signs, from time to time, how far its event log goes."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC

import sqlalchemy as sa
from flask import current_app

from hub import clock
from hub.events.models import EventCheckpoint, EventRow
from hub.extensions import db

NEWEST_KEPT = 400  # more than a year of days


def note_head() -> EventCheckpoint | None:
    """Sign the newest event, unless that was done; the checkpoint made."""
    head = db.session.execute(sa.select(EventRow.id, EventRow.hash).order_by(EventRow.id.desc()).limit(1)).first()
    signed = db.session.scalar(sa.select(sa.func.max(EventCheckpoint.event_id)))
    return sign(head.id, head.hash) if head is not None and head.id != signed else None


def sign(event_id: int, event_hash: str, *, removed: bool = False) -> EventCheckpoint:
    """Sign that this event was the last one now, or the last of those removed."""
    made = EventCheckpoint(event_id=event_id, hash=event_hash, removed=removed, at=clock.now().replace(microsecond=0))
    made.signature = _signature(made)
    db.session.add(made)
    db.session.flush()
    return made


def genuine(checkpoint: EventCheckpoint) -> bool:
    """Whether this hub signed the checkpoint, as it stands there."""
    return hmac.compare_digest(checkpoint.signature, _signature(checkpoint))


def thin_out() -> None:
    """Keep the newest checkpoints, and the one that says what was removed."""
    newest = sa.select(EventCheckpoint.id).order_by(EventCheckpoint.id.desc()).limit(NEWEST_KEPT)
    removed = sa.select(sa.func.max(EventCheckpoint.id)).where(EventCheckpoint.removed)
    kept = sa.or_(EventCheckpoint.id.in_(newest), EventCheckpoint.id == removed.scalar_subquery())
    db.session.execute(sa.delete(EventCheckpoint).where(sa.not_(kept)))


def _signature(checkpoint: EventCheckpoint) -> str:
    at = checkpoint.at.astimezone(UTC).isoformat()
    message = f"{checkpoint.event_id}|{checkpoint.hash}|{checkpoint.removed}|{at}"
    key = hashlib.sha256(b"hub event checkpoints " + str(current_app.config["SECRET_KEY"]).encode()).digest()
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()
