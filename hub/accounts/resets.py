"""A new password for somebody who forgot the old one: a mailed link, once, for an hour."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from hub import clock
from hub.accounts import links, mails, people
from hub.accounts.models import PasswordReset, User
from hub.errors import HubError
from hub.events.record import VISITOR, Actor, Event, record, take_turn
from hub.extensions import db

OPEN_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)
MOST_AT_ONCE = 5  # links of one person in an hour


class ResetOver(HubError):
    """The link chooses no password: used, too old, or never one of ours."""

    key = "resetover"
    status = 410

    def __init__(self) -> None:
        super().__init__("This link is over: it works once, for an hour. Ask for another one on the sign-in page.")


def ask(name_or_address: str) -> None:
    """Mail a link to whoever this is. For nobody the same trace is left, so that neither answer nor log tells it."""
    found = [user for user in people.reachable(name_or_address) if _sent_lately(user) < MOST_AT_ONCE]
    for user in found:
        send(user, by=VISITOR)
    if not found:
        record(Event.PASSWORD_RESET_ASKED, None, by=VISITOR)
        mails.nobody()


def _sent_lately(user: User) -> int:
    """How many links this person has that are not over: a stranger fills nobody's mailbox, from wherever they ask."""
    lately = sa.select(sa.func.count()).where(PasswordReset.user_id == user.id, PasswordReset.expires_at > clock.now())
    return db.session.scalar(lately) or 0


def send(user: User, *, by: Actor) -> str:
    """Mail this person a link by which they choose a new password; its key, for an operator without mail."""
    if not user.is_active or not user.email:
        raise people.PersonNotFound("This person cannot sign in, so no password would help. Lift the ban first.")
    token = links.new_token()
    now = clock.now()
    reset = PasswordReset(user_id=user.id, token_hash=links.fingerprint(token), asked_at=now, expires_at=now + OPEN_FOR)
    db.session.add(reset)
    record(Event.PASSWORD_RESET_ASKED, user, by=by)
    mails.password_reset(user, token)
    return token


def get_person(token: str) -> User:
    """Whose password this link changes; ResetOver when it changes none."""
    query = sa.select(User).join(PasswordReset, PasswordReset.user_id == User.id)
    found: User | None = db.session.scalar(
        query.where(
            PasswordReset.token_hash == links.fingerprint(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > clock.now(),
            people.active(),
        )
    )
    if found is None:
        raise ResetOver
    return found


def choose(token: str, password: str) -> User:
    """Take the new password, use up every link of this person, end every session, and tell them by mail."""
    take_turn()
    user = get_person(token)
    user.browser = None  # also the session of this browser ends: whoever holds the link signs in anew
    people.change_password(user, password, by=user, kind=Event.PASSWORD_RESET)
    mails.password_changed(user)
    return user


def forget_old() -> None:
    """Drop links that are long over."""
    db.session.execute(sa.delete(PasswordReset).where(PasswordReset.expires_at < clock.now() - KEPT_FOR))
