"""How events hang together: a hash covers the event, the digest of its personal part and the hash before it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any

from hub.events.models import EventRow

FIRST = "0" * 64  # stands before the first event, and for a personal part that is empty


def digest(salt: str, details: dict[str, Any]) -> str:
    """What the chain keeps of an event's personal part, which can be erased."""
    if not details:
        return FIRST
    return hashlib.sha256((salt + json.dumps(details, sort_keys=True, separators=(",", ":"))).encode()).hexdigest()


def link(row: EventRow) -> str:
    """The hash of an event."""
    parts = (
        row.id,
        row.at.astimezone(UTC).isoformat(),
        row.kind,
        row.actor,
        row.subject_type,
        row.subject_id,
        row.personal_digest,
        row.previous_hash,
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
