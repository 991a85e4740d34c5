"""What becomes of people who run the hub: their role, a ban, their leaving. One administrator always remains."""

from __future__ import annotations

import sqlalchemy as sa

from hub import clock
from hub.access import PERMISSIONS, Permission, Role
from hub.accounts import people, sessions
from hub.accounts.factor_models import Authenticator, OidcIdentity, Passkey, PendingProof, RecoveryCode
from hub.accounts.models import Invitation, PasswordReset, User
from hub.errors import HubError
from hub.events.models import EventDetails, EventRow
from hub.events.record import Actor, Event, record, take_turn
from hub.extensions import db

_THEIRS = (Authenticator, Passkey, RecoveryCode, PendingProof, OidcIdentity, PasswordReset)  # forgotten with them


class LastAdministrator(HubError):
    """Nobody could give the hub an administrator again."""

    key = "lastadministrator"
    status = 409


class NotOnesOwn(HubError):
    """Nobody changes their own standing: a slip could not be undone, and a gain would be theft."""

    key = "notonesown"
    status = 409


class NotAllowedAnyMore(HubError):
    """Whoever acts has lost the right to, perhaps a moment ago."""

    key = "notallowedanymore"
    status = 403


def change_role(user: User, role: Role, *, by: Actor, reason: str = "") -> None:
    """Give this person another role; what they may do changes with their next request."""
    prepare(user, by)
    require_may_give(role, by)
    if user.role is role:
        return
    if role is not Role.ADMINISTRATOR:
        _require_another_administrator(user)
    before, user.role = user.role, role
    if Permission.MANAGE_PEOPLE not in PERMISSIONS[role]:
        _withdraw_invitations_of(user)
    record(Event.ROLE_CHANGED, user, by=by, before=before.value, after=role.value, reason=reason)


def ban(user: User, *, by: Actor, reason: str = "") -> None:
    """Keep this person out, from their very next request on."""
    prepare(user, by)
    if user.banned:
        return
    _require_another_administrator(user)
    user.banned = True
    sessions.close_all(user)
    _withdraw_invitations_of(user)
    record(Event.USER_BANNED, user, by=by, reason=reason)


def unban(user: User, *, by: Actor, reason: str = "") -> None:
    """Let this person sign in again."""
    prepare(user, by)
    require_may_give(user.role, by)
    if user.banned:
        user.banned = False
        record(Event.USER_UNBANNED, user, by=by, reason=reason)


def end_sessions(user: User, *, by: Actor, reason: str = "") -> None:
    """Sign this person out everywhere."""
    take_turn()
    require_still_may(by)
    sessions.end_all(user, by=by)


def delete(user: User, *, by: Actor, reason: str = "") -> None:
    """Forget who this person was. The row stays without a name: what they did is theirs for ever as ``user:ID``."""
    prepare(user, by)
    _require_another_administrator(user)
    sessions.close_all(user)
    _withdraw_invitations_of(user)
    _forget_what_is_theirs(user)
    _forget_details_of_events(user)
    user.username, user.username_key = f"deleted-{user.id}", f" deleted-{user.id}"  # no name begins with a space
    user.email = user.password_hash = ""
    user.banned, user.wants_mail = True, False
    user.deleted_at = clock.now()
    record(Event.USER_DELETED, user, by=by, reason=reason)


def require_may_give(role: Role, by: Actor) -> None:
    """Raise NotAllowedAnyMore for a role that may do more than the giver's: nobody raises anybody above themselves."""
    require_still_may(by)
    if isinstance(by, User) and not PERMISSIONS[role] <= PERMISSIONS[by.role]:
        raise NotAllowedAnyMore("This role may do more than yours. Ask somebody whose role is greater.")


def require_still_may(by: Actor) -> None:
    """Raise NotAllowedAnyMore when whoever acts, if a person, may not manage people now: asked under the lock."""
    if isinstance(by, User):
        db.session.refresh(by)
        if not by.may(Permission.MANAGE_PEOPLE):
            raise NotAllowedAnyMore("Your account may not do this any more. Ask an administrator of this hub.")


def prepare(user: User, by: Actor) -> None:
    """Let one change of standing at a time happen, on what is true now; NotOnesOwn for what one does to oneself."""
    take_turn()
    require_still_may(by)
    db.session.refresh(user)
    if user.deleted_at is not None:
        raise people.PersonNotFound("This person was deleted meanwhile. The list shows who there is.")
    if by.actor == user.actor:
        raise NotOnesOwn("Nobody changes their own standing. Ask another administrator to do it.")


def _require_another_administrator(user: User) -> None:
    if user.role is not Role.ADMINISTRATOR or user.banned:
        return
    others = sa.select(sa.func.count()).where(User.role == Role.ADMINISTRATOR, people.active(), User.id != user.id)
    if not db.session.scalar(others):
        raise LastAdministrator(
            f"{user.username} is the last administrator who may sign in. Make somebody else an administrator first."
        )


def _withdraw_invitations_of(user: User) -> None:
    """Nobody comes back through the door that they left open for themselves."""
    theirs = sa.update(Invitation).where(
        Invitation.invited_by == user.actor, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
    )
    db.session.execute(theirs.values(withdrawn_at=clock.now()))


def _forget_what_is_theirs(user: User) -> None:
    for row in _THEIRS:
        db.session.execute(sa.delete(row).where(row.user_id == user.id))
    db.session.execute(sa.delete(Invitation).where(sa.func.lower(Invitation.email) == user.email.lower()))


def _forget_details_of_events(user: User) -> None:
    """The chain holds without them: it is made over their digests."""
    about = sa.select(EventRow.id).where(EventRow.subject_type == User.__tablename__, EventRow.subject_id == user.id)
    db.session.execute(sa.delete(EventDetails).where(EventDetails.event_id.in_(about)))
