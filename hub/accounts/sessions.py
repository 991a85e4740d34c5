"""Signing in and out, and what a person chooses for themselves."""

from __future__ import annotations

from hub import clock
from hub.accounts import people
from hub.accounts.models import User
from hub.accounts.people import Proof
from hub.errors import HubError
from hub.events.record import VISITOR, Event, record


class PasswordWrong(HubError):
    """The present password was asked for and another one was given."""

    key = "passwordwrong"


def sign_in(username: str, proof: Proof | None) -> User | None:
    """The person of this name whose password was proved, noted as signed in; nobody otherwise.

    An unknown name leaves the same trace as a wrong password, so that the time of the answer tells nothing.
    """
    user = people.admit(username, proof)
    if user is None:
        record(Event.SIGN_IN_FAILED, people.find(username), by=VISITOR)
        return None
    note_sign_in(user)
    return user


def note_sign_in(user: User) -> None:
    """Note that this person has come in."""
    user.signed_in_at = clock.now()
    record(Event.USER_SIGNED_IN, user, by=user)


def sign_out(user: User) -> None:
    """Note that this person has left; their other sessions go on."""
    record(Event.USER_SIGNED_OUT, user, by=user)


def end_all(user: User) -> None:
    """End every session of this person, wherever it was begun."""
    user.session_number += 1
    record(Event.SESSIONS_ENDED, user, by=user)


def change_own_password(user: User, present: Proof | None, new: str) -> None:
    """Give the new password to somebody who knows the present one; ends every session."""
    if people.admit(user.username, present) is None:
        raise PasswordWrong("This is not your present password. Type the one you signed in with.")
    people.change_password(user, new, by=user)


def choose_mails(user: User, *, wants_mail: bool) -> None:
    """Whether this person is told of new sites and waiting courses."""
    user.wants_mail = wants_mail
    record(Event.PREFERENCES_CHANGED, user, by=user, wants_mail=wants_mail)
