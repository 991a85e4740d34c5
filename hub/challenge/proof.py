"""The challenge itself: asked, answered, checked and used up once.

A browser with scripts finds a number. Whoever has none waits some seconds and says so, which only a few from one
address may do in an hour. Challenge and wait are signed, name their form, and end by themselves.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

import sqlalchemy as sa
from altcha.altcha import ChallengeOptions, create_challenge, extract_params, verify_solution
from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.exc import IntegrityError

from hub import clock
from hub.challenge.models import ChallengeUse
from hub.challenge.settings import challengedifficulty
from hub.database import touched
from hub.errors import HubError
from hub.extensions import db
from hub.proxies import neighbourhood
from hub.settings import declared

SOLUTION, TICKET, WAITED = FIELDS = ("challenge_solution", "challenge_ticket", "challenge_waited")
GOOD_FOR = timedelta(hours=2)
WAIT = timedelta(seconds=20)
WAITS_AN_HOUR = 10  # of one address: a class behind one address gets through, a robot does not
_LONGEST = 2_000


class ChallengeMissing(HubError):
    """The form came without the work that it asks for, or with work that does not count."""

    key = "challengemissing"


@dataclass(frozen=True)
class Payload:
    """What a form brought along: a solution, or the ticket of somebody who waited; and from which address."""

    solution: str = ""
    ticket: str = ""
    waited: bool = False
    address: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, str], address: str) -> Payload:
        """What these form fields say; what is too long to be any of it counts as nothing."""
        solution, ticket, waited = (given.get(name, "")[:_LONGEST] for name in FIELDS)
        return cls(solution, ticket, bool(waited), address)


@dataclass(frozen=True)
class Asked:
    """What a page needs in order to ask: the riddle for scripts, and the ticket for whoever has none."""

    riddle: str
    ticket: str
    seconds: int


@dataclass(frozen=True)
class Paid:
    """Work that counts, as long as nobody has used it yet."""

    digest: str
    expires_at: datetime
    waiter: str = ""


def required(form: str) -> bool:
    """Whether this form asks for a challenge now."""
    return bool(declared.current(f"challenge{form}"))


def ask(form: str, kept: Payload | None = None) -> Asked:
    """A new riddle for the form; a wait that has begun goes on."""
    challenge = create_challenge(
        ChallengeOptions(
            max_number=declared.current(challengedifficulty.name),
            hmac_key=_key(),
            expires=clock.now() + GOOD_FOR,
            params={"form": form},
        )
    )
    ticket = kept.ticket if kept and _issued(form, kept.ticket) else _new_ticket(form)
    return Asked(json.dumps(challenge.to_dict()), ticket, int(WAIT.total_seconds()))


def check(form: str, payload: Payload) -> Paid:
    """The work that the form brought, unless somebody used it up; ChallengeMissing says what to do. Uses up nothing."""
    if payload.solution:
        return _solved(form, payload.solution)
    if payload.waited:
        return _waited(form, payload)
    raise ChallengeMissing(
        _(
            "This form needs a moment of your browser's work, or yours: let the page finish, "
            "or wait %(seconds)d seconds and tick the box that says so. Then send it again.",
            seconds=WAIT.total_seconds(),
        )
    )


def require(form: str, payload: Payload) -> None:
    """Use up the work that the form brought; ChallengeMissing when there is none. Nothing, when the form asks none.

    Belongs into the transaction of what the form does: if that is undone, the work can be used again.
    """
    if required(form):
        _use(check(form, payload))


def forget_expired(now: datetime) -> int:
    """Drop what nobody could use again anyway; how many there were."""
    expired = sa.delete(ChallengeUse).where(ChallengeUse.expires_at <= now)
    return touched(db.session, expired)


def _solved(form: str, text: str) -> Paid:
    solution = _read(text)
    if not verify_solution(solution, _key(), check_expires=False)[0]:
        _refuse_unsolved()
    told = extract_params(solution)
    expires_at = clock.from_unix(int(told["expires"][0]))
    if told["form"] != [form]:
        _refuse_unsolved()
    _require_current(expires_at)
    return Paid(_digest(solution["challenge"]), expires_at)


def _read(text: str) -> Any:
    """The solution as the browser wrote it; the types are checked, as anybody may write anything."""
    try:
        solution = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        _refuse_unsolved()
    kinds = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}
    if not isinstance(solution, dict) or any(type(solution.get(name)) is not kind for name, kind in kinds.items()):
        _refuse_unsolved()
    return {name: solution[name] for name in kinds}


def _refuse_unsolved() -> NoReturn:
    raise ChallengeMissing(_("The check of your browser did not come out right. Let it run once more and send again."))


def _require_current(expires_at: datetime) -> None:
    if expires_at <= clock.now():
        raise ChallengeMissing(_("The check of your browser was too long ago. Let it run once more and send again."))


def _waited(form: str, payload: Payload) -> Paid:
    issued = _issued(form, payload.ticket)
    if issued is None:
        raise ChallengeMissing(_("The waiting time has to begin anew. Wait, tick the box and send again."))
    left = (issued + WAIT - clock.now()).total_seconds()
    if left > 0:
        seconds = int(left) + 1
        raise ChallengeMissing(
            ngettext(
                "Wait %(num)d second more, then send again.", "Wait %(num)d seconds more, then send again.", seconds
            )
        )
    waiter = _digest(neighbourhood(payload.address))
    _require_few(waiter)
    return Paid(_digest(payload.ticket), clock.now() + GOOD_FOR, waiter)


def _require_few(waiter: str) -> None:
    begins = clock.now() + GOOD_FOR - timedelta(hours=1)  # the row of a wait ends GOOD_FOR after its use
    recent = sa.select(sa.func.count()).where(ChallengeUse.waiter == waiter, ChallengeUse.expires_at > begins)
    if (db.session.scalar(recent) or 0) >= WAITS_AN_HOUR:
        raise ChallengeMissing(
            _("Too many forms came this way from your address. Come back in an hour, or use a browser with scripts.")
        )


def _issued(form: str, ticket: str) -> datetime | None:
    """When the ticket was given out, if it is one of ours for this form and still good."""
    try:
        told = _tickets().loads(ticket)
    except BadSignature:
        return None
    issued = clock.from_unix(told["at"])
    return issued if told["form"] == form and clock.now() < issued + GOOD_FOR else None


def _new_ticket(form: str) -> str:
    told = {"form": form, "at": clock.to_unix(clock.now()), "nonce": secrets.token_hex(8)}
    return str(_tickets().dumps(told))


def _tickets() -> URLSafeSerializer:
    return URLSafeSerializer(_key(), salt="ticket")


def _key() -> str:
    return hmac.new(current_app.config["SECRET_KEY"].encode(), b"challenge", "sha256").hexdigest()


def _digest(text: str) -> str:
    return hmac.new(_key().encode(), text.encode(), hashlib.sha256).hexdigest()


def _use(paid: Paid) -> None:
    """Note the use; the database knows who came first when two use the same work at the same instant."""
    row = {"digest": paid.digest, "expires_at": paid.expires_at, "waiter": paid.waiter}
    try:
        with db.session.begin_nested():
            db.session.execute(sa.insert(ChallengeUse).values(row))
    except IntegrityError as error:
        raise ChallengeMissing(
            _("This check of your browser was used already. Let it run once more and send again.")
        ) from error
