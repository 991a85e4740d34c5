"""Codes on paper, for the day on which the phone is gone: ten at a time, each used once."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from flask_babel import gettext as _

from hub import clock
from hub.accounts import factor_mails
from hub.accounts.factor_models import RecoveryCode
from hub.accounts.models import User
from hub.database import touched
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.tokens.issuing import hashed

COUNT = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_LENGTH = 16  # 79 bits: nobody tries them all, so a fast hash is enough


def make(user: User, *, by: Actor) -> list[str]:
    """Ten new codes, to be shown this once; the former ones open nothing any more."""
    forget(user)
    codes = ["".join(secrets.choice(_LETTERS) for _place in range(_LENGTH)) for _code in range(COUNT)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=hashed(code)) for code in codes)
    record(Event.RECOVERY_CODES_MADE, user, by=by)
    return ["-".join(code[place : place + 4] for place in range(0, _LENGTH, 4)) for code in codes]


def renew(user: User, *, by: Actor) -> list[str]:
    """Ten new codes in place of those that the person has, who is told by mail."""
    factor_mails.tell(user, _("New recovery codes were made. Former ones do not work any more."))
    return make(user, by=by)


def use(user: User, code: str) -> bool:
    """Whether this is an unused code of the person: it is used up now, and the person is told."""
    typed = "".join(letter for letter in code.casefold() if letter.isalnum())
    used_up = (
        sa.update(RecoveryCode)
        .where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash == hashed(typed), RecoveryCode.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if not touched(db.session, used_up):
        return False
    record(Event.RECOVERY_CODE_USED, user, by=user)
    factor_mails.tell(user, _("A recovery code was used to sign in. Codes that are left: %(count)s.", count=left(user)))
    return True


def left(user: User) -> int:
    """How many codes the person has not used yet."""
    unused = sa.select(sa.func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def forget(user: User) -> None:
    """Let no code of this person open anything."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
