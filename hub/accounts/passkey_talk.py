"""The talk with a browser about passkeys: what it is asked, noted here and bound to it, and what it brings back."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request, session
from flask.typing import ResponseReturnValue

from hub.accounts import passkeys, pending
from hub.accounts.factor_models import Passkey
from hub.accounts.models import User
from hub.accounts.passkeys import PasskeyCopied
from hub.accounts.pending import ProofExpired
from hub.database import transaction
from hub.extensions import db

SIGN_IN = "sign in by passkey"
PROVE = "prove by passkey"
CREATE = "make a passkey"

_KEY = "passkey"  # in the session: under which key the question to this browser is noted


def ask(purpose: str, user: User | None, options: dict[str, Any]) -> ResponseReturnValue:
    """The question, as a script hands it to the browser."""
    with transaction(db.session):
        session[_KEY] = pending.ask(purpose, user, challenge=options["challenge"])
    return jsonify(options)


def brought(purpose: str, user: User | None, field: str = "answer") -> tuple[str, str]:
    """What the form brings and the challenge that it answers, which is used up; ProofExpired without one."""
    with transaction(db.session):
        asked = pending.redeem(session.pop(_KEY, None), purpose, user)
    if asked is None:
        raise ProofExpired
    return request.form.get(field, ""), asked["challenge"]


def verified(purpose: str, user: User | None, field: str = "answer") -> Passkey:
    """The passkey by which the browser has answered; PasskeyRefused, PasskeyCopied or ProofExpired otherwise."""
    answer, challenge = brought(purpose, user, field)
    try:
        with transaction(db.session):
            return passkeys.verify(answer, challenge, user)
    except PasskeyCopied as error:
        with transaction(db.session):
            passkeys.note_copied(error.passkey_id)
        raise
