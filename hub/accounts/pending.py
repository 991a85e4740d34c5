"""What a browser was asked for and has yet to bring: kept here and not in the browser, used once, for five minutes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.accounts.factor_models import PendingProof
from hub.accounts.models import User
from hub.errors import HubError
from hub.extensions import db
from hub.tokens.issuing import hashed

LASTS = timedelta(minutes=5)


class ProofExpired(HubError):
    """What was brought was not asked for, was brought already, or comes too late."""

    key = "proofexpired"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This took longer than five minutes, was sent twice, or began in another browser. Please begin again."
        )


def ask(purpose: str, user: User | None, *, lasts: timedelta = LASTS, **details: Any) -> str:
    """Note what is asked for; the key that is given back is known to the browser that is asked, and to nobody else."""
    now = clock.now()
    db.session.execute(sa.delete(PendingProof).where(PendingProof.expires_at <= now))
    key = secrets.token_urlsafe(32)
    db.session.add(
        PendingProof(
            key_hash=hashed(key),
            purpose=purpose,
            user_id=user.id if user else None,
            details=details,
            expires_at=now + lasts,
        )
    )
    return key


def look(key: str | None, purpose: str, user: User) -> Mapping[str, Any] | None:
    """What was noted for this person, left in place."""
    asked = db.session.get(PendingProof, hashed(key)) if key else None
    return asked.details if asked and _holds(asked.purpose, asked.user_id, asked.expires_at, purpose, user) else None


def redeem(key: str | None, purpose: str, user: User | None = None) -> Mapping[str, Any] | None:
    """What was noted under the key, and nothing the next time; nothing for another purpose, person or day.

    Whoever redeems commits before looking at what was brought: a wrong answer uses the question up.
    """
    gone = (
        sa.delete(PendingProof)
        .where(PendingProof.key_hash == hashed(key or ""))
        .returning(PendingProof.purpose, PendingProof.user_id, PendingProof.expires_at, PendingProof.details)
    )
    found = db.session.execute(gone).first()
    if found is None or not _holds(found.purpose, found.user_id, found.expires_at, purpose, user):
        return None
    return found.details  # type: ignore[no-any-return]  # columns of a returning clause are untyped


def _holds(noted: str, noted_id: int | None, until: datetime, purpose: str, user: User | None) -> bool:
    return noted == purpose and noted_id == (user.id if user else None) and until > clock.now()
