"""Second factors as a whole: who has which, who needs one, and what happens when all are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from hub import clock
from hub.access import Role
from hub.accounts import factor_mails, passkeys, recovery, standing, totp
from hub.accounts.factor_models import Authenticator, Passkey, PendingProof, RecoveryCode
from hub.accounts.models import User
from hub.errors import HubError
from hub.events.record import VISITOR, Actor, Event, record, times
from hub.extensions import db
from hub.settings import declared
from hub.settings.declared import declare
from hub.settings.sections import Section

secondfactorrequired = declare(
    "secondfactorrequired",
    str.strip,
    "nobody",
    label=lazy("Who needs a second factor"),
    help=lazy(
        "Besides the password, an authenticator app or a passkey: whoever needs one and has none sets it up before "
        "anything else."
    ),
    choices={
        "nobody": lazy("Nobody: each person decides"),
        "administrators": lazy("Administrators"),
        "everybody": lazy("Everybody with an account"),
    },
    section=Section.SIGN_IN,
)

_FAILURES_TO_BE_TOLD = 5  # within an hour


class FactorRequired(HubError):
    """The last second factor of somebody who needs one was to be removed."""

    key = "factorrequired"
    status = 409


@dataclass(frozen=True)
class Overview:
    """What a person has besides the password."""

    app: Authenticator | None
    passkeys: Sequence[Passkey]
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether signing in asks for more than the password."""
        return self.app is not None or bool(self.passkeys)

    @property
    def count(self) -> int:
        """How many factors there are, recovery codes apart: they only stand in for a lost one."""
        return (self.app is not None) + len(self.passkeys)


def overview(user: User) -> Overview:
    """What this person has."""
    return Overview(totp.find(user), passkeys.of(user), recovery.left(user))


def needed(user: User) -> bool:
    """Whether this person has a second factor, so that the password alone does not let them in."""
    return user.id in having([user.id])


def having(user_ids: Sequence[int]) -> set[int]:
    """Who of these people has a second factor."""
    apps = sa.select(Authenticator.user_id).where(Authenticator.user_id.in_(user_ids))
    keys = sa.select(Passkey.user_id).where(Passkey.user_id.in_(user_ids))
    return set(db.session.scalars(apps.union(keys)))


def required(user: User) -> bool:
    """Whether the hub asks this person to have a second factor."""
    who = declared.current(secondfactorrequired.name)
    return who == "everybody" or (who == "administrators" and user.role is Role.ADMINISTRATOR)


def missing(user: User) -> bool:
    """Whether this person needs a second factor and has none."""
    return required(user) and not needed(user)


def require_spare(user: User) -> None:
    """Raise FactorRequired when the person needs a second factor and has only one."""
    if required(user) and overview(user).count < 2:
        raise FactorRequired(_("Your hub asks you for a second factor. Set up another one, then remove this one."))


def note_failure(user: User, way: str) -> None:
    """Write down that the password was right and the second factor was not; after some in an hour, tell the person."""
    record(Event.SECOND_FACTOR_FAILED, user, by=VISITOR, way=way)
    if times(user, clock.now() - timedelta(hours=1), Event.SECOND_FACTOR_FAILED) == _FAILURES_TO_BE_TOLD:
        factor_mails.warn(user)


def remove_app(user: User, *, by: Actor) -> None:
    """Let the person's authenticator app count no more."""
    require_spare(user)
    totp.remove(user, by=by)
    _forget_recovery_without_factor(user)


def remove_passkey(user: User, passkey: Passkey, *, by: Actor) -> None:
    """Let one passkey count no more."""
    require_spare(user)
    passkeys.remove(user, passkey, by=by)
    _forget_recovery_without_factor(user)


def remove_all(user: User, *, by: Actor, reason: str = "") -> None:
    """Take every second factor from somebody who has lost them: until they set up anew, the password lets them in."""
    standing.prepare(user, by)
    forget(user)
    record(Event.FACTORS_REMOVED, user, by=by, reason=reason)
    if user.email:
        factor_mails.tell(user, _("An administrator removed all your second factors, as when a phone is lost."))


def forget(user: User) -> None:
    """Drop the rows of everything that this person has besides the password."""
    for row in (Authenticator, Passkey, RecoveryCode, PendingProof):
        db.session.execute(sa.delete(row).where(row.user_id == user.id))


def _forget_recovery_without_factor(user: User) -> None:
    db.session.flush()
    if not needed(user):
        recovery.forget(user)
