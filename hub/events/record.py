"""What can happen, and how it is written down."""

from __future__ import annotations

import enum
import hashlib
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import sqlalchemy as sa

from hub import clock
from hub.events.models import EventDetails, EventRow
from hub.extensions import db

_FIRST = "0" * 64
_CHAIN_LOCK = 4_873_201  # an arbitrary number: names the lock that keeps the chain's order on PostgreSQL


class Event(enum.StrEnum):
    """Everything that leaves a trace."""

    HUB_SET_UP = "hub set up"
    USER_CREATED = "user created"
    USER_SIGNED_IN = "user signed in"
    SIGN_IN_FAILED = "sign-in failed"
    USER_SIGNED_OUT = "user signed out"
    PASSWORD_CHANGED = "password changed"
    SESSIONS_ENDED = "sessions ended"
    SECOND_FACTOR_FAILED = "second factor failed"
    AUTHENTICATOR_SET_UP = "authenticator set up"
    AUTHENTICATOR_REMOVED = "authenticator removed"
    PASSKEY_ADDED = "passkey added"
    PASSKEY_REMOVED = "passkey removed"
    PASSKEY_REFUSED = "passkey refused"
    RECOVERY_CODES_MADE = "recovery codes made"
    RECOVERY_CODE_USED = "recovery code used"
    FACTORS_REMOVED = "second factors removed"
    OIDC_LINKED = "single sign-on linked"
    OIDC_UNLINKED = "single sign-on unlinked"
    OIDC_REFUSED = "single sign-on refused"
    PASSWORD_RESET_ASKED = "password reset asked"
    PASSWORD_RESET = "password reset"
    PERSON_INVITED = "person invited"
    INVITATION_SENT_AGAIN = "invitation sent again"
    INVITATION_WITHDRAWN = "invitation withdrawn"
    ROLE_CHANGED = "role changed"
    USER_BANNED = "user banned"
    USER_UNBANNED = "user unbanned"
    USER_DELETED = "user deleted"
    MAIL_TESTED = "mail tested"
    PREFERENCES_CHANGED = "preferences changed"
    SETTING_CHANGED = "setting changed"
    SITE_REGISTERED = "site registered"
    SITE_REGISTERED_AGAIN = "site registered again"
    SITE_RETURNED = "site returned"
    SITE_UPDATED = "site updated"
    SITE_RENAMED = "site renamed"
    SITE_CONTACT_CHANGED = "site contact changed"
    SITE_URL_CHANGED = "site URL changed"
    SITE_MOVE_ASKED = "site move asked"
    SITE_MOVED = "site moved"
    SITE_MOVE_REFUSED = "site move refused"
    SITE_MOVE_BLOCKED = "site move blocked"
    SITE_MOVE_EXPIRED = "site move expired"
    SITE_COPIED = "site copied"
    SITE_CHANGE_HELD = "site change held"
    URL_TAKEN = "URL taken"
    URL_ATTEMPT_DENIED = "URL attempt denied"
    URL_ATTEMPT_BLOCKED = "URL attempt blocked"
    URL_PROVEN = "URL proven"
    CONFIRMATION_ASKED_AGAIN = "confirmation asked again"
    CONFIRMATION_EXAMINED = "confirmation examined"
    BLOCK_LIFTED = "block lifted"
    SITE_REPLACED = "site replaced"
    SITE_UNREGISTERED = "site unregistered"
    SITE_REMOVED = "site removed"
    SITE_SHOWN = "site shown"
    SITE_HIDDEN = "site hidden"
    SITE_TRUSTED = "site trusted"
    SITE_DISTRUSTED = "site distrusted"
    SITE_PRIORITISED = "site prioritised"
    SITE_UNPRIORITISED = "site unprioritised"
    SITE_EDITED = "site edited"
    SITE_DISOWNED = "site disowned"
    SITE_MATTER_CLOSED = "site matter closed"
    SECRET_BLOCKED = "secret blocked"
    COURSE_PUBLISHED = "course published"
    COURSE_UPDATED = "course updated"
    COURSE_CHANGE_WAITS = "course change waits"
    COURSE_CHANGE_APPROVED = "course change approved"
    COURSE_CHANGE_REFUSED = "course change refused"
    COURSE_UNPUBLISHED = "course unpublished"
    COURSE_SHOWN = "course shown"
    COURSE_HIDDEN = "course hidden"
    COURSE_EDITED = "course edited"
    COURSE_REMOVED = "course removed"
    FILE_RECEIVED = "file received"
    FILE_REFUSED = "file refused"
    FILE_REMOVED = "file removed"
    MAIL_RETRIED = "mail retried"
    MAIL_CANCELLED = "mail cancelled"
    BACKUP_DOWNLOADED = "backup downloaded"
    LINK_FOLLOWED = "link followed"


class Actor(Protocol):
    """Whoever does something: a person, a site, a command, a job."""

    @property
    def actor(self) -> str: ...


class Subject(Protocol):
    """What something is done to: a row with a table and an id."""

    __tablename__: str
    id: Any


class _Named:
    def __init__(self, name: str) -> None:
        self.actor = name


COMMAND = _Named("command")  # an operator at the command line
VISITOR = _Named("visitor")  # somebody who has not said who they are
TRUST = _Named("trust")  # the hub itself, because the site is trusted


def job(name: str) -> Actor:
    """The actor of a background job."""
    return _Named(f"job:{name}")


def record(kind: Event, subject: Subject | None, /, *, by: Actor, **details: Any) -> EventRow:
    """Write down what happened, in the transaction in which it happened; called inside the rule that did it."""
    if subject is not None and subject.id is None:
        db.session.flush()
    take_turn()
    last = db.session.execute(sa.select(EventRow.id, EventRow.hash).order_by(EventRow.id.desc()).limit(1)).first()
    salt = secrets.token_hex(16)
    row = EventRow(
        id=last.id + 1 if last else 1,
        at=clock.now().replace(microsecond=0),
        kind=kind.value,
        actor=by.actor,
        subject_type=subject.__tablename__ if subject is not None else "hub",
        subject_id=subject.id if subject is not None else None,
        personal_digest=_digest(salt, details),
        previous_hash=last.hash if last else _FIRST,
    )
    row.hash = _hash(row)
    db.session.add(row)
    db.session.flush()
    if details:
        db.session.add(EventDetails(event_id=row.id, salt=salt, details=details))
        db.session.flush()
    return row


def times(subject: Subject, since: datetime, *kinds: Event) -> int:
    """How often something of these kinds happened to this row since a moment."""
    happened = sa.select(sa.func.count()).where(
        EventRow.subject_type == subject.__tablename__,
        EventRow.subject_id == subject.id,
        EventRow.kind.in_([kind.value for kind in kinds]),
        EventRow.at >= since.replace(microsecond=0),
    )
    return db.session.scalar(happened) or 0


def broken_links() -> Iterator[str]:
    """A sentence for each event that is missing or was altered; nothing when the chain holds."""
    previous_id, previous_hash = 0, _FIRST
    rows = db.session.execute(
        sa.select(EventRow, EventDetails)
        .outerjoin(EventDetails, EventDetails.event_id == EventRow.id)
        .order_by(EventRow.id)
        .execution_options(yield_per=1000)
    )
    for row, details in rows:
        if row.id != previous_id + 1:
            yield f"Events {previous_id + 1} to {row.id - 1} are missing."
        elif row.previous_hash != previous_hash:
            yield f"Event {row.id} does not follow event {previous_id}."
        if row.hash != _hash(row):
            yield f"Event {row.id} was altered."
        if details is not None and row.personal_digest != _digest(details.salt, details.details):
            yield f"The details of event {row.id} were altered."
        previous_id, previous_hash = row.id, row.hash


def take_turn() -> None:
    """Wait until the chain of events is this transaction's: taken before any other row that all writers share."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_CHAIN_LOCK)))


def _digest(salt: str, details: dict[str, Any]) -> str:
    if not details:
        return _FIRST
    return hashlib.sha256((salt + json.dumps(details, sort_keys=True, separators=(",", ":"))).encode()).hexdigest()


def _hash(row: EventRow) -> str:
    at: datetime = row.at.astimezone(UTC)
    parts = (
        row.id,
        at.isoformat(),
        row.kind,
        row.actor,
        row.subject_type,
        row.subject_id,
        row.personal_digest,
        row.previous_hash,
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
