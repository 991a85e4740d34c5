"""Single sign-on: whom the provider's word lets in, as whom, and how an account is tied to it.

An account is known by what the provider calls its person (issuer and subject), never by a mail address alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from config import Config
from hub import clock, fields
from hub.access import Role
from hub.accounts import factor_mails, people, standing
from hub.accounts.factor_models import OidcIdentity
from hub.accounts.models import Invitation, User
from hub.accounts.oidc_provider import ProviderDistrusted, provider
from hub.errors import HubError
from hub.events.record import VISITOR, Actor, Event, record, take_turn
from hub.extensions import db

_GREATEST_FIRST = (Role.ADMINISTRATOR, Role.MODERATOR, Role.AUDITOR)


class _Provider:
    actor = "single sign-on"


PROVIDER: Actor = _Provider()


class NotInvited(HubError):
    """The provider knows the person, but nobody here has asked them in."""

    key = "notinvited"
    status = 403


class AccountExists(HubError):
    """Somebody has an account with this mail address; only they may tie it to the provider."""

    key = "accountexists"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "There is an account with your mail address already. Sign in with its user name and password, then link "
            "it to the single sign-on under “Your account”."
        )


class IdentityTaken(HubError):
    """Another account is tied to this person at the provider."""

    key = "identitytaken"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "This person of the single sign-on belongs to another account here. Unlink it there first, or sign in "
            "there as somebody else."
        )


class OnlyByProvider(HubError):
    """The provider decides whether this person may come in, so nothing else lets them in."""

    key = "onlybyprovider"
    status = 403


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for: ``email`` only if it has verified it, ``role`` if it gives them one here."""

    issuer: str
    subject: str
    username: str = ""
    email: str = ""
    role: Role | None = None

    @property
    def called(self) -> str:
        """What people would call this person."""
        return self.username or self.email or self.subject


def read(claims: Mapping[str, Any], config: Config) -> Vouched:
    """The person behind the claims, which were verified."""
    subject, email = claims.get("sub"), _verified_address(claims)
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ProviderDistrusted("its token does not say whom it is about")
    name = claims.get("preferred_username")
    username = fields.line(name, 80) if isinstance(name, str) else ""
    return Vouched(str(claims["iss"]), subject, username or email.partition("@")[0], email, _role(claims, config))


def find(vouched: Vouched) -> OidcIdentity | None:
    """The account that is tied to this person, if any."""
    return db.session.scalar(
        sa.select(OidcIdentity).where(OidcIdentity.issuer == vouched.issuer, OidcIdentity.subject == vouched.subject)
    )


def of(user: User) -> OidcIdentity | None:
    """Who this person is at the provider, if they are tied to it."""
    return db.session.scalar(sa.select(OidcIdentity).where(OidcIdentity.user_id == user.id).limit(1))


def require_own_way_in(user: User) -> None:
    """Raise OnlyByProvider for whoever has their role by their groups: once they are out of these, they are out."""
    identity = of(user) if provider() and current_app.config["HUB"].oidc_role_claim else None
    if identity is not None and identity.follows_provider:
        raise OnlyByProvider("Your organisation decides who you are here. Sign in through its single sign-on.")


def come_in(vouched: Vouched) -> User:
    """The person who may come in: known, given a role by the provider, or invited under a verified address.

    NotInvited, AccountExists or an error of their standing say why not.
    """
    take_turn()
    identity = find(vouched) or _welcomed(vouched)
    if identity.follows_provider:
        _follow(identity.user, vouched)
    identity.used_at = clock.now()
    return identity.user


def link(user: User, vouched: Vouched) -> None:
    """Tie this account to the person at the provider, who may then sign in as it."""
    if find(vouched) is not None:
        raise IdentityTaken
    _tie(user, vouched, follows_provider=False)
    factor_mails.tell(user, _("Your account was linked to %(name)s at the single sign-on.", name=vouched.called))


def unlink(user: User, *, by: Actor) -> None:
    """Let the provider's word count no more for this account."""
    require_own_way_in(user)
    if of(user) is not None:
        forget(user)
        record(Event.OIDC_UNLINKED, user, by=by)
        factor_mails.tell(user, _("Your account is not linked to the single sign-on any more."))


def forget(user: User) -> None:
    """Drop the rows that tie this person to the provider."""
    db.session.execute(sa.delete(OidcIdentity).where(OidcIdentity.user_id == user.id))


def note_refusal(reason: str) -> None:
    """Write down that somebody came back from the provider and was not let in."""
    record(Event.OIDC_REFUSED, None, by=VISITOR, reason=reason)


def _welcomed(vouched: Vouched) -> OidcIdentity:
    """The tie of somebody new."""
    invitation = _invitation(vouched.email) if vouched.email else None
    role = vouched.role or (invitation.role if invitation else None)
    if role is None:
        raise NotInvited(
            "You are known to the single sign-on, but nobody has invited you here. Ask an administrator of this hub "
            "for an invitation to the mail address that your organisation has verified."
        )
    if not vouched.email:
        raise NotInvited(
            "Your organisation has told no mail address that it has verified. Ask those who look after it."
        )
    if _somebody_has(vouched.email):
        raise AccountExists
    user = people.create(_free_name(vouched), vouched.email, secrets.token_urlsafe(32), role, by=PROVIDER)
    user.password_set_at = None  # nobody knows it; "forgotten" makes one that somebody does
    if invitation is not None:
        invitation.accepted_at = clock.now()
    return _tie(user, vouched, follows_provider=vouched.role is not None)


def _follow(user: User, vouched: Vouched) -> None:
    """Give the person the role that the provider says today; NotInvited when it gives none any more."""
    if vouched.role is None:
        raise NotInvited("Your organisation gives you no role here any more. Ask those who look after its groups.")
    if user.is_active:
        standing.change_role(user, vouched.role, by=PROVIDER)


def _tie(user: User, vouched: Vouched, *, follows_provider: bool) -> OidcIdentity:
    identity = OidcIdentity(
        user=user,
        issuer=vouched.issuer,
        subject=vouched.subject,
        follows_provider=follows_provider,
        linked_at=clock.now(),
    )
    db.session.add(identity)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise IdentityTaken from error
    record(Event.OIDC_LINKED, user, by=user, subject=vouched.subject)
    return identity


def _somebody_has(email: str) -> bool:
    """Whether an account has this address, also one that may not sign in."""
    wanted = sa.select(User.id).where(sa.func.lower(User.email) == email.lower())
    return db.session.scalar(wanted.limit(1)) is not None


def _invitation(email: str) -> Invitation | None:
    """An open invitation to this address."""
    wanted = sa.select(Invitation).where(
        sa.func.lower(Invitation.email) == email.lower(),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
    return db.session.scalar(wanted.order_by(Invitation.sent_at.desc()).limit(1))


def _free_name(vouched: Vouched) -> str:
    """What the provider calls the person, with a number if somebody here is called so already."""
    numbered = (vouched.called[:80] + (f" {number}" if number > 1 else "") for number in range(1, 1000))
    return next(name for name in numbered if people.find(name) is None)


def _verified_address(claims: Mapping[str, Any]) -> str:
    address = claims.get("email")
    if not isinstance(address, str) or claims.get("email_verified") not in (True, "true"):
        return ""
    try:
        return fields.email(address)
    except ValueError:
        return ""


def _role(claims: Mapping[str, Any], config: Config) -> Role | None:
    """The greatest role that the person's groups at the provider stand for."""
    if not config.oidc_role_claim:
        return None
    groups = _groups(claims, config.oidc_role_claim)
    given = {Role(role) for group, role in config.oidc_roles if group in groups}
    return next((role for role in _GREATEST_FIRST if role in given), None)


def _groups(claims: Mapping[str, Any], name: str) -> list[str]:
    """The claim of this name, or the one at the end of a path with dots; one text or a list of texts."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for step in name.split("."):
            found = found.get(step) if isinstance(found, dict) else None
    listed = found if isinstance(found, list) else [found]
    return [each for each in listed if isinstance(each, str)]
