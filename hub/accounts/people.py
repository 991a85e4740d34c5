"""People and their passwords: created, found, checked and changed here."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError

from hub import clock, fields
from hub.access import Role
from hub.accounts import sessions
from hub.accounts.models import PasswordReset, User
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


class PersonNotFound(HubError):
    """Nobody here is that."""

    key = "personnotfound"
    status = 404


def find(username: str) -> User | None:
    """The person of this user name, however it is capitalised."""
    return db.session.scalar(sa.select(User).where(User.username_key == key(username)))


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
        username_key=key(username),
        email=address,
        password_hash=_hasher.hash(password),
        role=role,
        created_at=clock.now(),
        password_set_at=clock.now(),
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


def change_password(user: User, password: str, *, by: Actor, kind: Event = Event.PASSWORD_CHANGED) -> None:
    """Set a new password; every mailed link and every session of this person but the one at hand ends."""
    require_good(password, user.username)
    user.password_hash = _hasher.hash(password)
    user.password_set_at = clock.now()
    record(kind, user, by=by)
    _use_up_links(user)
    sessions.close_all(user, but=user.browser)


def to_be_told() -> list[str]:
    """Addresses of those who want to hear of new sites and waiting courses."""
    wanted = sa.select(User.email).where(
        active(), User.wants_mail.is_(True), User.role.in_((Role.ADMINISTRATOR, Role.MODERATOR))
    )
    return list(db.session.scalars(wanted.distinct().order_by(User.email)))


def anybody() -> bool:
    """Whether the hub has an administrator already."""
    return db.session.scalar(sa.select(User.id).where(User.role == Role.ADMINISTRATOR).limit(1)) is not None


def active() -> sa.ColumnElement[bool]:
    """Who may sign in."""
    return sa.and_(User.banned.is_(False), User.deleted_at.is_(None))


def get_person(user_id: int) -> User:
    """The person of this number; PersonNotFound if there is none, or none any more."""
    user = db.session.get(User, user_id)
    if user is None or user.deleted_at is not None:
        raise PersonNotFound("There is no such person any more. The list of people shows who there is.")
    return user


def get_named(username: str) -> User:
    """The person of this user name; PersonNotFound if there is none."""
    user = find(username)
    if user is None:
        raise PersonNotFound(f"There is no user {username!r}. hub people list shows who there is.")
    return user


def reachable(name_or_address: str) -> Sequence[User]:
    """Whoever may sign in and has this user name or this mail address; several people may share an address."""
    wanted = sa.or_(
        User.username_key == key(name_or_address), sa.func.lower(User.email) == name_or_address.strip().lower()
    )
    return db.session.scalars(
        sa.select(User).where(active(), User.email != "", wanted).order_by(User.id).limit(5)
    ).all()


def key(username: str) -> str:
    """What a user name is known by: one for all the ways to write it."""
    return fields.line(username, 100).casefold()[:100]  # folded, it may be longer


def _use_up_links(user: User) -> None:
    """Whoever had a link mailed before chooses no other password by it any more."""
    unused = sa.update(PasswordReset).where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
    db.session.execute(unused.values(used_at=clock.now()))
