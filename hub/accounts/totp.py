"""Codes of an authenticator app: a new one every thirty seconds, each used once (RFC 6238)."""

from __future__ import annotations

import hmac
import logging
from datetime import datetime

import pyotp
import segno
import sqlalchemy as sa
from cryptography.fernet import InvalidToken
from flask_babel import gettext as _

from hub import clock
from hub.accounts import factor_mails
from hub.accounts.factor_models import Authenticator
from hub.accounts.models import User
from hub.database import touched
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.sealing import sealed, unsealed
from hub.settings import declared

log = logging.getLogger(__name__)

SECONDS = 30
WINDOW = (0, -1, 1)  # steps around the present: clocks differ, and people type slowly
_WRONG_CLOCK = 40  # steps: how far off a phone may be to be told so, when its owner has just received the secret


class CodeRefused(HubError):
    """The code is not the one that the app should show."""

    key = "coderefused"
    status = 403


def new_secret() -> str:
    """A secret for an app, as people may have to type it."""
    return pyotp.random_base32()


def address(user: User, secret: str) -> str:
    """What the picture says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=str(declared.current("name")))


def picture(text: str) -> str:
    """The text as a QR code: an SVG that stands in a page without any style of its own."""
    drawn = segno.make(text, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr")
    return str(drawn).replace("<svg ", '<svg role="img" aria-labelledby="qr-says" ', 1)


def find(user: User) -> Authenticator | None:
    """The person's app, if one was set up."""
    return db.session.get(Authenticator, user.id)


def set_up(user: User, secret: str, code: str) -> Authenticator:
    """Make the app with this secret the person's, in place of a former one; its first code proves that it works.

    CodeRefused says when the clock of the phone is wrong.
    """
    step = _matching_step(secret, code, WINDOW)
    if step is None:
        raise CodeRefused(_advice(secret, code))
    app = find(user) or Authenticator(user_id=user.id)
    app.sealed_secret, app.last_step, app.set_up_at = sealed(secret), step, clock.now()
    db.session.add(app)
    record(Event.AUTHENTICATOR_SET_UP, user, by=user)
    factor_mails.tell(user, _("An authenticator app was set up: signing in asks for one of its codes from now on."))
    return app


def use(user: User, code: str) -> bool:
    """Whether this is a code of the person's app that nobody has used, nor a later one: it is used up now.

    Of two requests that bring the same code at the same instant, the database lets one pass.
    """
    app = find(user)
    secret = _secret(app) if app else None
    step = _matching_step(secret, code, WINDOW) if secret else None
    if step is None:
        return False
    used_up = (
        sa.update(Authenticator)
        .where(Authenticator.user_id == user.id, Authenticator.last_step < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(touched(db.session, used_up))


def remove(user: User, *, by: Actor) -> None:
    """Forget the person's app."""
    app = find(user)
    if app is not None:
        db.session.delete(app)
        record(Event.AUTHENTICATOR_REMOVED, user, by=by)
        factor_mails.tell(user, _("The authenticator app was removed: its codes open nothing any more."))


def in_groups(secret: str) -> str:
    """The secret in groups of four letters, to be typed."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


def _secret(app: Authenticator) -> str | None:
    """The app's secret; None under another secret key of the hub: recovery codes and administrators help then."""
    try:
        return unsealed(app.sealed_secret)
    except InvalidToken:
        log.warning("the app of user %s was set up under another HUB_SECRET_KEY", app.user_id)
        return None


def _matching_step(secret: str, code: str, offsets: tuple[int, ...] | range) -> int | None:
    present = _step(clock.now())
    typed = "".join(code.split()).encode()
    totp = pyotp.TOTP(secret)
    fitting = (each for each in offsets if hmac.compare_digest(totp.generate_otp(present + each).encode(), typed))
    offset = next(fitting, None)
    return None if offset is None else present + offset


def _advice(secret: str, code: str) -> str:
    """Why a first code was refused: its clock, if the code would be right at another time; the code otherwise."""
    step = _matching_step(secret, code, range(-_WRONG_CLOCK, _WRONG_CLOCK + 1))
    if step is None:
        return str(_("This is not the code that the app shows now. Wait for the next one, then type its six digits."))
    off = step - _step(clock.now())
    minutes = max(1, round(abs(off) * SECONDS / 60))
    wrong = _("%(minutes)s min fast", minutes=minutes) if off > 0 else _("%(minutes)s min slow", minutes=minutes)
    return str(
        _(
            "The code is right for another time: the clock of your phone is about %(wrong)s. Let the phone set its "
            "clock by itself, then type the next code.",
            wrong=wrong,
        )
    )


def _step(moment: datetime) -> int:
    return clock.to_unix(moment) // SECONDS
