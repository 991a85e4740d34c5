"""Looking for people, as administrators do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from hub.access import Role
from hub.accounts import factors, sessions
from hub.accounts.models import User


@dataclass(frozen=True)
class Line:
    """One person in the list."""

    user: User
    sessions: int
    has_factor: bool


def found(text: str = "", role: Role | None = None, banned: bool | None = None) -> sa.Select[User]:
    """Everybody who was not deleted and fits, by name."""
    query = sa.select(User).where(User.deleted_at.is_(None)).order_by(User.username_key, User.id)
    if text:
        word = text.strip().casefold()
        query = query.where(
            sa.or_(User.username_key.contains(word, autoescape=True), User.email.icontains(word, autoescape=True))
        )
    if role is not None:
        query = query.where(User.role == role)
    return query if banned is None else query.where(User.banned.is_(banned))


def lines(users: Sequence[User]) -> list[Line]:
    """These people with their sessions and second factors, asked for all of them at once."""
    ids = [user.id for user in users]
    open_sessions, having = sessions.counts(ids), factors.having(ids)
    return [Line(user, open_sessions.get(user.id, 0), user.id in having) for user in users]
