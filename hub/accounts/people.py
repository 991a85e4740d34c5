"""People and their passwords: created, found, checked and changed here."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError

from hub import clock, fields
from hub.access import Role
from hub.accounts.models import User
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db

SHORTEST_PASSWORD = 10
_hasher = PasswordHasher()
_few_at_once = threading.BoundedSemaphore(2)  # each takes 64 MiB while it lasts
_NOBODY = _hasher.hash(secrets.token_hex(16))  # checked when the name is unknown, so that both answers take as long


class UsernameTaken(HubError):
    """Somebody has this user name already."""

    key = "usernametaken"


class PasswordTooWeak(HubError):
    """The password would be guessed."""

    key = "passwordtooweak"


class NotAnAccount(HubError):
    """What was given cannot make an account."""

    key = "notanaccount"


def find(username: str) -> User | None:
    """The person of this user name, however it is capitalised."""
    return db.session.scalar(sa.select(User).where(User.username_key == _key(username)))


def load(session_id: str) -> User | None:
    """The person that a session names, unless the session was ended or the person banned."""
    user_id, _, number = session_id.partition(".")
    user = db.session.get(User, int(user_id)) if user_id.isdigit() else None
    return user if user is not None and user.is_active and str(user.session_number) == number else None


def create(username: str, email: str, password: str, role: Role, *, by: Actor) -> User:
    """A new person; UsernameTaken, PasswordTooWeak or NotAnAccount say what to choose differently."""
    username = fields.line(username, 100)
    if not username:
        raise NotAnAccount("Write a user name.")
    try:
        address = fields.email(email)
    except ValueError as error:
        raise NotAnAccount(str(error)) from error
    if not address:
        raise NotAnAccount("Write the mail address at which this person can be reached.")
    require_good(password, username)
    user = User(
        username=username,
        username_key=_key(username),
        email=address,
        password_hash=_hasher.hash(password),
        role=role,
        created_at=clock.now(),
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise UsernameTaken(f"There is a user {username!r} already. Choose another user name.") from error
    record(Event.USER_CREATED, user, by=by, username=username, role=role.value)
    return user


@dataclass(frozen=True)
class Proof:
    """A password was found to fit this stored hash; ``renewed`` takes its place when hashes have become stronger."""

    stored: str
    renewed: str | None = None


def prove(username: str, password: str) -> Proof | None:
    """Whether the password is this person's; for an unknown name, nothing after the same time.

    It takes a good part of a second and much memory, so it is asked before any transaction that writes, and only by
    a few at once.
    """
    user = find(username)
    stored = user.password_hash if user else _NOBODY
    with _few_at_once:
        try:
            _hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return None
        return Proof(stored, _hasher.hash(password) if _hasher.check_needs_rehash(stored) else None)


def admit(username: str, proof: Proof | None) -> User | None:
    """The person of this name, if the proof is for the password that they have now and nobody banned them."""
    user = find(username)
    if proof is None or user is None or not user.is_active or user.password_hash != proof.stored:
        return None
    user.password_hash = proof.renewed or proof.stored
    return user


def require_good(password: str, username: str) -> None:
    """Raise PasswordTooWeak for one that is short, or is the user name."""
    if len(password) < SHORTEST_PASSWORD or password.casefold() == username.casefold():
        raise PasswordTooWeak(
            f"Choose a password of at least {SHORTEST_PASSWORD} characters that is not the user name."
        )


def change_password(user: User, password: str, *, by: Actor) -> None:
    """Set a new password and end every session of this person."""
    require_good(password, user.username)
    user.password_hash = _hasher.hash(password)
    user.session_number += 1
    record(Event.PASSWORD_CHANGED, user, by=by)


def to_be_told() -> list[str]:
    """Addresses of those who want to hear of new sites and waiting courses."""
    wanted = sa.select(User.email).where(
        User.banned.is_(False), User.wants_mail.is_(True), User.role.in_((Role.ADMINISTRATOR, Role.MODERATOR))
    )
    return list(db.session.scalars(wanted.distinct().order_by(User.email)))


def anybody() -> bool:
    """Whether the hub has an administrator already."""
    return db.session.scalar(sa.select(User.id).where(User.role == Role.ADMINISTRATOR).limit(1)) is not None


def _key(username: str) -> str:
    return fields.line(username, 100).casefold()
