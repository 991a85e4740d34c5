"""The browsers in which people are signed in: begun, recognised by their key, ended."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from hub import clock
from hub.accounts.models import User, UserSession
from hub.accounts.settings import sessiondays, sessionidlehours
from hub.database import touched
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.settings import declared

SEEN_EVERY = timedelta(minutes=5)  # how exact the list of open sessions is
KEPT_FOR = timedelta(days=30)  # after its end, then the address is forgotten


class SessionNotFound(HubError):
    """This person has no such session."""

    key = "sessionnotfound"
    status = 404


@dataclass(frozen=True)
class Place:
    """Where somebody sits: the internet address, and the browser in words."""

    address: str
    agent: str


def hashed(key: str) -> str:
    """What is kept of a key that only its owner knows."""
    return hashlib.sha256(key.encode()).hexdigest()


def begin(user: User, place: Place) -> UserSession:
    """A session that begins now; ``user.key`` is what its browser must carry."""
    user.key = secrets.token_urlsafe(32)
    now = clock.now()
    user.browser = UserSession(
        user_id=user.id,
        key_hash=hashed(user.key),
        address=place.address[:45],
        agent=place.agent[:100],
        begun_at=now,
        seen_at=now,
        proved_at=now,
    )
    db.session.add(user.browser)
    return user.browser


def load(key: str) -> User | None:
    """The person whose open session has this key, with the session as ``browser``; nobody once either has ended."""
    query = sa.select(UserSession, User).join(User, User.id == UserSession.user_id)
    found = db.session.execute(
        query.where(UserSession.key_hash == hashed(key), _open(), User.banned.is_(False), User.deleted_at.is_(None))
    ).first()
    if found is None:
        return None
    browser, user = found
    user.browser, user.key = browser, key
    return user


def renew(user: User) -> None:
    """Give this browser another key, and count what was just proved; the old key opens nothing any more."""
    if user.browser is not None:
        user.key = secrets.token_urlsafe(32)
        user.browser.key_hash = hashed(user.key)
        user.browser.proved_at = clock.now()


def note_proof(browser: UserSession) -> None:
    """The person has just shown again who they are."""
    browser.proved_at = clock.now()


def note_seen(session_id: int, address: str) -> None:
    """The browser was here now, from this address."""
    seen = sa.update(UserSession).where(UserSession.id == session_id)
    db.session.execute(seen.values(seen_at=clock.now(), address=address[:45]))


def open_of(user: User) -> Sequence[UserSession]:
    """The open sessions of this person, last seen first."""
    query = sa.select(UserSession).where(UserSession.user_id == user.id, _open())
    return db.session.scalars(query.order_by(UserSession.seen_at.desc(), UserSession.id.desc())).all()


def counts(user_ids: Sequence[int]) -> dict[int, int]:
    """How many open sessions each of these people has; those without any are left out."""
    query = sa.select(UserSession.user_id, sa.func.count()).where(UserSession.user_id.in_(user_ids), _open())
    return {user_id: count for user_id, count in db.session.execute(query.group_by(UserSession.user_id))}


def end_one(user: User, session_id: int, *, by: Actor) -> None:
    """End this session of this person; SessionNotFound when it is not theirs or has ended."""
    if not _end(UserSession.user_id == user.id, UserSession.id == session_id):
        raise SessionNotFound("This session has ended already. Reload the list to see those that are open.")
    record(Event.SESSIONS_ENDED, user, by=by, count=1)


def end_others(user: User, *, by: Actor) -> int:
    """End every session of this person but the one at hand, and give their number."""
    here = user.browser.id if user.browser else 0
    count = _end(UserSession.user_id == user.id, UserSession.id != here)
    record(Event.SESSIONS_ENDED, user, by=by, count=count)
    return count


def end_all(user: User, *, by: Actor) -> int:
    """End every session of this person, wherever it was begun, and give their number."""
    count = close_all(user)
    record(Event.SESSIONS_ENDED, user, by=by, count=count)
    return count


def close_all(user: User, but: UserSession | None = None) -> int:
    """End every session as part of something greater, which leaves an event of its own."""
    return _end(UserSession.user_id == user.id, UserSession.id != (but.id if but else 0))


def close(browser: UserSession) -> None:
    """End the session at hand: its person signs out."""
    _end(UserSession.id == browser.id)


def forget_ended() -> int:
    """Drop the rows of sessions that ended long ago, and give their number."""
    since = clock.now() - KEPT_FOR
    gone = sa.or_(UserSession.ended_at < since, UserSession.seen_at < since - _longest())
    return touched(db.session, sa.delete(UserSession).where(gone))


def _end(*which: sa.ColumnElement[bool]) -> int:
    ended = sa.update(UserSession).where(UserSession.ended_at.is_(None), *which).values(ended_at=clock.now())
    return touched(db.session, ended)


def _open() -> sa.ColumnElement[bool]:
    now = clock.now()
    idle = timedelta(hours=declared.current(sessionidlehours.name))
    return sa.and_(
        UserSession.ended_at.is_(None), UserSession.seen_at > now - idle, UserSession.begun_at > now - _longest()
    )


def _longest() -> timedelta:
    return timedelta(days=declared.current(sessiondays.name))


def is_due(seen_at: datetime) -> bool:
    """Whether it is time to write down again that a browser is here."""
    return clock.now() - seen_at >= SEEN_EVERY
