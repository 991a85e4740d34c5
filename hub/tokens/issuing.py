"""Tokens are issued, used and revoked here, and nowhere else."""

from __future__ import annotations

import enum
import hashlib
import secrets
import string
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub import clock
from hub.extensions import db
from hub.tokens.models import Token
from hub.tokens.services import Service

LENGTH = 40
MOST_UNUSED = 5
_ALPHABET = string.ascii_letters + string.digits


class Reason(enum.StrEnum):
    """Why a token no longer opens anything."""

    NEWER_TOKEN_USED = "newer token used"
    TOO_MANY_UNUSED = "too many unused"
    SITE_REPLACED = "site replaced"
    SITE_MOVED = "site moved"
    SITE_UNREGISTERED = "site unregistered"
    SITE_REMOVED = "site removed"
    SECRET_BLOCKED = "secret blocked"
    DIRECTORY_LEFT = "directory left"


@dataclass(frozen=True)
class Bearer:
    """Whom a token speaks for."""

    token_id: int
    service: Service
    site_id: int | None
    used: bool


def hashed(value: str) -> str:
    """How a token or secret is stored and looked up: both are long and random, so one round of SHA-256 will do."""
    return hashlib.sha256(value.encode()).hexdigest()


def issue(service: Service, site_id: int | None = None) -> str:
    """A new token, in clear for the only time; earlier ones stay valid until it is used.

    At most five unused ones wait for their first call, as a site of 2.x first calls a week after it registered.
    The value is letters and digits only: sites drop everything else from it (protocol/moodle-clients.md 2.6).
    """
    value = "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
    now = clock.now()
    if site_id is not None:
        _revoke_oldest_unused(site_id, now)
    db.session.add(Token(hash=hashed(value), service=service, site_id=site_id, issued_at=now))
    db.session.flush()
    return value


def find_bearer(value: str) -> Bearer | None:
    """Whom the token speaks for, or nobody when it is unknown, revoked or empty."""
    row = db.session.execute(
        sa.select(Token.id, Token.service, Token.site_id, Token.first_used_at).where(
            Token.hash == hashed(value), Token.revoked_at.is_(None)
        )
    ).first()
    return Bearer(row.id, row.service, row.site_id, row.first_used_at is not None) if row else None


def find_revoked(value: str) -> Token | None:
    """The token as it was, if it was revoked; tells why a caller is refused."""
    return db.session.scalar(sa.select(Token).where(Token.hash == hashed(value), Token.revoked_at.is_not(None)))


def note_first_use(token_id: int) -> None:
    """The token has been shown for the first time: older ones end, newer ones still wait for their first call."""
    token = db.session.get_one(Token, token_id, with_for_update=True)
    if token.first_used_at is not None or token.revoked_at is not None:
        return
    now = clock.now()
    token.first_used_at = now
    if token.site_id is not None:
        _revoke(sa.and_(Token.site_id == token.site_id, Token.id < token.id), Reason.NEWER_TOKEN_USED, now)


def revoke_all(site_id: int, reason: Reason) -> None:
    """No token of this site opens anything any more, from this transaction on."""
    _revoke(Token.site_id == site_id, reason, clock.now())


def revoke(token_id: int, reason: Reason) -> None:
    """This token opens nothing any more."""
    _revoke(Token.id == token_id, reason, clock.now())


def _revoke_oldest_unused(site_id: int, now: datetime) -> None:
    unused = sa.select(Token.id).where(
        Token.site_id == site_id, Token.first_used_at.is_(None), Token.revoked_at.is_(None)
    )
    surplus = db.session.scalars(unused.order_by(Token.id.desc()).offset(MOST_UNUSED - 1)).all()
    if surplus:
        _revoke(Token.id.in_(surplus), Reason.TOO_MANY_UNUSED, now)


def _revoke(which: sa.ColumnElement[bool], reason: Reason, now: datetime) -> None:
    db.session.execute(
        sa.update(Token).where(which, Token.revoked_at.is_(None)).values(revoked_at=now, revoked_reason=reason)
    )
