"""What people change about themselves."""

from __future__ import annotations

from hub.accounts import mails, people, sessions
from hub.accounts.models import User
from hub.accounts.people import Proof
from hub.errors import HubError
from hub.events.record import Event, record


class PasswordWrong(HubError):
    """The present password was asked for and another one was given."""

    key = "passwordwrong"


def change_password(user: User, present: Proof | None, new: str) -> None:
    """Give the new password to somebody who knows the present one; every other session ends, and a mail says so."""
    if people.admit(user.username, present) is None:
        raise PasswordWrong("This is not your present password. Type the one you signed in with.")
    people.change_password(user, new, by=user)
    sessions.renew(user)
    mails.password_changed(user)


def note_wrong_password(user: User) -> None:
    """Write down that whoever sits before this person's browser did not know the password."""
    record(Event.SIGN_IN_FAILED, user, by=user)


def choose_mails(user: User, *, wants_mail: bool) -> None:
    """Whether this person is told of new sites and waiting courses."""
    user.wants_mail = wants_mail
    record(Event.PREFERENCES_CHANGED, user, by=user, wants_mail=wants_mail)
