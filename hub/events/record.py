"""What can happen, and how it is written down."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from hub import clock
from hub.events import chain
from hub.events.models import EventDetails, EventRow
from hub.extensions import db

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
    SITE_PRIORITY_ENDED = "site priority ended"
    SITE_QUOTA_CHANGED = "site quota changed"
    SITE_EDITED = "site edited"
    SITE_MESSAGED = "message to site"
    SITE_ACT_UNDONE = "act on site undone"
    SITE_NOTE_WRITTEN = "note about site written"
    SITE_NOTE_EDITED = "note about site edited"
    SITE_NOTE_DELETED = "note about site deleted"
    SITES_EXPORTED = "sites exported"
    VIEW_SAVED = "view saved"
    VIEW_CHANGED = "view changed"
    VIEW_DELETED = "view deleted"
    SITE_DISOWNED = "site disowned"
    SITE_MATTER_CLOSED = "site matter closed"
    SITE_UNREACHABLE = "site unreachable"
    SITE_REACHABLE_AGAIN = "site reachable again"
    SITE_CHECK_ASKED = "site check asked"
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
    LETTER_WRITTEN = "letter written"
    MAIL_RETRIED = "mail retried"
    MAIL_CANCELLED = "mail cancelled"
    EVENTS_EXPORTED = "events exported"
    EVENTS_VERIFIED = "events verified"
    PERSONAL_DATA_EXPORTED = "personal data exported"
    PERSONAL_DATA_ERASED = "personal data erased"
    DATA_FORGOTTEN = "data forgotten"
    BACKUP_DOWNLOADED = "backup downloaded"
    LINK_FOLLOWED = "link followed"
    DIRECTORY_ASKED = "directory asked"
    DIRECTORY_WITHDRAWN = "directory withdrawn"
    DIRECTORY_EXPIRED = "directory expired"
    DIRECTORY_CONFIRMED = "directory confirmed"
    DIRECTORY_UPDATED = "directory updated"
    DIRECTORY_LEAVING = "directory leaving"
    DIRECTORY_STAYED = "directory stayed"
    DIRECTORY_LEFT = "directory left"
    DIRECTORY_FORGOTTEN = "directory forgotten"


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
        personal_digest=chain.digest(salt, details),
        previous_hash=last.hash if last else chain.FIRST,
    )
    row.hash = chain.link(row)
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


def take_turn() -> None:
    """Wait until the chain of events is this transaction's: taken before any other row that all writers share."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_CHAIN_LOCK)))
