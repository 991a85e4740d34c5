"""Passkeys: keys in people's devices that sign what the hub asks. A device that checks its owner is both factors."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import webauthn
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hub import clock, fields
from hub.accounts import factor_mails
from hub.accounts.factor_models import Passkey
from hub.accounts.models import User
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.outgoing.targets import read_target
from hub.runtime import hub_url
from hub.settings import declared

MOST = 20  # for one person
_LONGEST_ANSWER = 20_000
# What the library makes of garbage.
_UNREADABLE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


class PasskeysUnavailable(HubError):
    """Browsers make no passkeys for the address of this hub."""

    key = "passkeysunavailable"


class PasskeyRefused(HubError):
    """What the browser brought proves nothing."""

    key = "passkeyrefused"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This passkey could not be checked. Try again; if it goes on, sign in another way and add the passkey anew."
        )


class PasskeyCopied(PasskeyRefused):
    """The passkey has counted backwards: there are two of it."""

    key = "passkeycopied"

    def __init__(self, passkey: Passkey) -> None:
        HubError.__init__(
            self,
            "This passkey seems to have been copied, so it was refused. Sign in another way, remove it, add a new one.",
        )
        self.passkey_id = passkey.id


class TooManyPasskeys(HubError):
    """The person has as many passkeys as anybody needs."""

    key = "toomanypasskeys"


class PasskeyNotFound(HubError):
    """The person has no such passkey."""

    key = "passkeynotfound"
    status = 404


@dataclass(frozen=True)
class RelyingParty:
    """Who asks for passkeys: the hub under its public address, whatever a request calls it."""

    id: str
    origin: str


def available() -> bool:
    """Whether browsers make passkeys for the hub's address: a name, over https or on this very machine."""
    target = read_target(hub_url())
    named = target.literal is None
    return named and (target.scheme == "https" or target.host == "localhost" or target.host.endswith(".localhost"))


def relying_party() -> RelyingParty:
    """The hub as passkeys know it; PasskeysUnavailable when browsers would refuse."""
    if not available():
        raise PasskeysUnavailable("Passkeys need a hub that is reached over https and by a name (HUB_URL).")
    target = read_target(hub_url())
    return RelyingParty(target.host, target.url[: -len(target.path)])


def of(user: User) -> list[Passkey]:
    """The person's passkeys, eldest first."""
    return list(db.session.scalars(sa.select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)))


def creation_options(user: User) -> dict[str, Any]:
    """What the browser is asked for to make a passkey of this person."""
    party = relying_party()
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=str(declared.current("name")),
        user_id=_handle(user),
        user_name=user.username,
        user_display_name=user.username,
        exclude_credentials=_descriptors(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return _as_json(options)


def request_options(user: User | None) -> dict[str, Any]:
    """What the browser is asked for to sign in: one of this person's passkeys, or whichever it finds for the hub."""
    options = webauthn.generate_authentication_options(
        rp_id=relying_party().id,
        allow_credentials=_descriptors(user) if user else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options)


def add(user: User, name: str, answer: str, challenge: str) -> Passkey:
    """Keep the passkey that the browser has made. PasskeyRefused for what proves nothing."""
    if len(of(user)) >= MOST:
        raise TooManyPasskeys(f"You have {MOST} passkeys already. Remove one that you no longer use.")
    party = relying_party()
    try:
        made = webauthn.verify_registration_response(
            credential=_answer(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except _UNREADABLE as error:
        raise PasskeyRefused from error
    passkey = Passkey(
        user_id=user.id,
        name=fields.line(name, 100) or _("Passkey"),
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        created_at=clock.now(),
    )
    _store(passkey)
    record(Event.PASSKEY_ADDED, user, by=user, name=passkey.name)
    factor_mails.tell(user, _("The passkey “%(name)s” was added.", name=passkey.name))
    return passkey


def verify(answer: str, challenge: str, user: User | None = None) -> Passkey:
    """The passkey that has signed the challenge, its use noted; of this person, if one is given.

    PasskeyRefused for anything else, PasskeyCopied for one that has counted backwards.
    """
    try:
        brought = _answer(answer)
        passkey = _find(base64url_to_bytes(brought["rawId"]), user)
        count = _sign_count(brought, challenge, passkey)
    except _UNREADABLE as error:
        raise PasskeyRefused from error
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        raise PasskeyCopied(passkey)
    passkey.sign_count, passkey.used_at = count, clock.now()
    return passkey


def note_copied(passkey_id: int) -> None:
    """Write down that a passkey was refused because it counted backwards, and tell its owner."""
    passkey = db.session.get_one(Passkey, passkey_id)
    owner = passkey.user
    record(Event.PASSKEY_REFUSED, owner, by=owner, name=passkey.name)
    change = _("The passkey “%(name)s” was refused: it seems to have been copied. Remove it.", name=passkey.name)
    factor_mails.tell(owner, change)


def get_own(user: User, passkey_id: int) -> Passkey:
    """This passkey of the person's; PasskeyNotFound if it is nobody's or somebody else's."""
    passkey = db.session.get(Passkey, passkey_id)
    if passkey is None or passkey.user_id != user.id:
        raise PasskeyNotFound("You have no such passkey; perhaps it was removed already.")
    return passkey


def remove(user: User, passkey: Passkey, *, by: Actor) -> None:
    """Forget one passkey."""
    db.session.delete(passkey)
    record(Event.PASSKEY_REMOVED, user, by=by, name=passkey.name)
    factor_mails.tell(user, _("The passkey “%(name)s” was removed.", name=passkey.name))


def _store(passkey: Passkey) -> None:
    db.session.add(passkey)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise PasskeyRefused from error


def _find(credential_id: bytes, user: User | None) -> Passkey:
    """The passkey of this id, nobody else using it meanwhile."""
    wanted = sa.select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    passkey = db.session.scalar(wanted)
    if passkey is None or (user is not None and passkey.user_id != user.id):
        raise PasskeyRefused
    return passkey


def _sign_count(brought: dict[str, Any], challenge: str, passkey: Passkey) -> int:
    """How often the passkey says it has signed; an error of the library if this is not its signature."""
    handle = brought["response"].get("userHandle")
    if handle and not hmac.compare_digest(base64url_to_bytes(handle), _handle(passkey.user)):
        raise PasskeyRefused
    party = relying_party()
    verified = webauthn.verify_authentication_response(
        credential=brought,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=party.id,
        expected_origin=party.origin,
        credential_public_key=passkey.public_key,
        credential_current_sign_count=0,  # compared by verify(), which tells a copy from a forgery
        require_user_verification=True,
    )
    return int(verified.new_sign_count)


def _answer(text: str) -> dict[str, Any]:
    brought = json.loads(text) if len(text) <= _LONGEST_ANSWER else None
    if not isinstance(brought, dict):
        raise ValueError("the browser brought no object")
    return brought


def _handle(user: User) -> bytes:
    """What devices know a person by: always the same, and it tells nobody who it is."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"passkeys of person {user.id}".encode(), hashlib.sha256).digest()


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in of(user)]


def _as_json(options: Any) -> dict[str, Any]:
    return json.loads(webauthn.options_to_json(options))  # type: ignore[no-any-return]  # it is an object
