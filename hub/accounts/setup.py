"""First run: the hub gets its first administrator, its name and its purpose, and opens."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from hub.access import Role
from hub.accounts import people
from hub.accounts.models import User
from hub.errors import HubError
from hub.events.record import VISITOR, Event, record
from hub.extensions import db
from hub.settings import declared

_CODE_BYTES = 15  # 24 letters and digits, to be copied by hand if need be
_SETUP_LOCK = 4_873_202  # an arbitrary number: lets one set-up at a time pass on PostgreSQL


class AlreadySetUp(HubError):
    """The hub has an administrator: nobody becomes one by the first-run page any more."""

    key = "alreadysetup"
    status = 409


class CodeWrong(HubError):
    """The code is not the one that the hub printed."""

    key = "setupcodewrong"
    status = 403


@dataclass(frozen=True)
class FirstRun:
    """What the first-run page asks: who administers the hub, and what the hub is."""

    username: str
    email: str
    password: str
    settings: dict[str, str]  # by setting name, as text


def code() -> str | None:
    """The one-time code of the first-run page, the same for every process; None once there is an administrator.

    It is derived from the hub's secret key, so nothing about it is stored, and every restart prints the same address.
    """
    return None if people.anybody() else _code()


def require_code(given: str) -> None:
    """Raise AlreadySetUp once there is an administrator, and CodeWrong for any code but ours."""
    if people.anybody():
        raise AlreadySetUp("This hub has been set up already. Sign in, or ask its administrator.")
    if not _fits(given):
        raise CodeWrong("This is not the code of this hub. Open the address that the hub printed when it started.")


def is_code(given: str) -> bool:
    """Whether somebody who was shown this code may set the hub up, and see what it stands on."""
    return not people.anybody() and _fits(given)


def set_up(wanted: FirstRun, given_code: str) -> User:
    """The first administrator of an opened hub. Of two that try at once, the second gets AlreadySetUp."""
    _take_turn()
    require_code(given_code)
    user = people.create(wanted.username, wanted.email, wanted.password, Role.ADMINISTRATOR, by=VISITOR)
    for name, text in wanted.settings.items():
        declared.change(name, text)
    declared.change("hubenabled", "1")
    record(Event.HUB_SET_UP, None, by=user, **wanted.settings)
    return user


def _fits(given: str) -> bool:
    return hmac.compare_digest(given.strip().upper().encode(), _code().encode())


def _code() -> str:
    key = current_app.config["SECRET_KEY"].encode()
    digest = hmac.new(key, b"hub first-run code", hashlib.sha256).digest()
    return b32encode(digest[:_CODE_BYTES]).decode()


def _take_turn() -> None:
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_SETUP_LOCK)))
