"""Asking somebody by mail to help run the hub: a link that opens one account, once, for a week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from hub import clock, fields
from hub.access import Role
from hub.accounts import links, mails, people, standing
from hub.accounts.models import Invitation, User
from hub.database import touched
from hub.errors import HubError
from hub.events.record import VISITOR, Actor, Event, record, take_turn
from hub.extensions import db

OPEN_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=30)  # after its end
MOST_OPEN = 100


class InvitationOver(HubError):
    """The link of an invitation opens nothing: used, withdrawn, too old, or never one of ours."""

    key = "invitationover"
    status = 410

    def __init__(self) -> None:
        super().__init__("This invitation is over. Ask the people who run this hub for another one.")


class InvitationNotFound(HubError):
    """There is no such open invitation."""

    key = "invitationnotfound"
    status = 404


class NotAnInvitation(HubError):
    """What was given cannot make an invitation."""

    key = "notaninvitation"


def invite(email: str, role: Role, *, by: Actor) -> tuple[Invitation, str]:
    """An invitation on its way by mail, and the key in its link. An earlier one to the same address ends."""
    address = _address(email)
    take_turn()
    standing.require_may_give(role, by)
    _require_few()
    db.session.execute(
        sa.update(Invitation).where(_open(), Invitation.email == address).values(withdrawn_at=clock.now())
    )
    token = links.new_token()
    invited = Invitation(
        email=address,
        role=role,
        token_hash=links.fingerprint(token),
        invited_by=by.actor,
        sent_at=clock.now(),
        expires_at=clock.now() + OPEN_FOR,
    )
    db.session.add(invited)
    record(Event.PERSON_INVITED, invited, by=by, email=address, role=role.value)
    mails.invitation(invited, _called(by), token)
    return invited, token


def send_again(invited: Invitation, *, by: Actor) -> str:
    """The same invitation with a new link and a new week; the old link opens nothing any more."""
    standing.require_may_give(invited.role, by)
    if invited.accepted_at is not None or invited.withdrawn_at is not None:
        raise InvitationNotFound("This invitation was accepted or withdrawn meanwhile. Invite this person anew.")
    token = links.new_token()
    invited.token_hash = links.fingerprint(token)
    invited.sent_at = clock.now()
    invited.expires_at = clock.now() + OPEN_FOR
    record(Event.INVITATION_SENT_AGAIN, invited, by=by, email=invited.email)
    mails.invitation(invited, _called(by), token)
    return token


def withdraw(invited: Invitation, *, by: Actor) -> None:
    """The link opens nothing any more."""
    if invited.accepted_at is not None:
        raise InvitationNotFound("This invitation was accepted meanwhile. Ban or delete the person instead.")
    if invited.withdrawn_at is not None:
        raise InvitationNotFound("This invitation was withdrawn already: its link opens nothing.")
    invited.withdrawn_at = clock.now()
    record(Event.INVITATION_WITHDRAWN, invited, by=by, email=invited.email)


def get_open(token: str) -> Invitation:
    """The invitation that this link opens; InvitationOver when it opens none."""
    found = db.session.scalar(sa.select(Invitation).where(_open(), Invitation.token_hash == links.fingerprint(token)))
    if found is None or found.expires_at <= clock.now():
        raise InvitationOver
    return found


def accept(token: str, username: str, password: str) -> User:
    """The new person, who chose user name and password; the link is used up. Of two at once the second is too late."""
    take_turn()
    invited = get_open(token)
    user = people.create(username, invited.email, password, invited.role, by=VISITOR)
    invited.accepted_at = clock.now()
    return user


def open_ones() -> Sequence[Invitation]:
    """Invitations that were neither accepted nor withdrawn, the newest first; some may be too old to be used."""
    query = sa.select(Invitation).where(_open()).order_by(Invitation.sent_at.desc(), Invitation.id.desc())
    return db.session.scalars(query.limit(MOST_OPEN)).all()


def get(invitation_id: int) -> Invitation:
    """The invitation of this number; InvitationNotFound if there is none that is open."""
    found = db.session.get(Invitation, invitation_id)
    if found is None or found.accepted_at or found.withdrawn_at:
        raise InvitationNotFound("There is no such open invitation. Invite this person anew.")
    return found


def forget(address: str) -> int:
    """Drop every invitation to this address, and give their number; an open one opens nothing any more."""
    return _dropped(sa.func.lower(Invitation.email) == address)


def forget_old() -> int:
    """Drop invitations that have been over for a month."""
    since = clock.now() - KEPT_FOR
    over = (Invitation.accepted_at < since, Invitation.withdrawn_at < since, Invitation.expires_at < since)
    return _dropped(sa.or_(*over))


def _dropped(which: sa.ColumnElement[bool]) -> int:
    return touched(db.session, sa.delete(Invitation).where(which))


def _open() -> sa.ColumnElement[bool]:
    return sa.and_(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))


def _address(email: str) -> str:
    try:
        address = fields.email(email)
    except ValueError as error:
        raise NotAnInvitation(str(error)) from error
    if not address:
        raise NotAnInvitation("Write the mail address to which the invitation goes.")
    return address


def _require_few() -> None:
    if (db.session.scalar(sa.select(sa.func.count()).where(_open())) or 0) >= MOST_OPEN:
        raise NotAnInvitation(f"There are {MOST_OPEN} open invitations already. Withdraw some of them first.")


def _called(by: Actor) -> str:
    return by.username if isinstance(by, User) else "The operator of the hub"
