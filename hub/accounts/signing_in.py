"""The way in: a name and a proved password, where wanted a second factor, then a session for this browser."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Response, g, request, session
from flask_login import login_user, logout_user
from sqlalchemy.exc import OperationalError

from hub import clock
from hub.accounts import agents, known_browsers, oidc, people, sessions
from hub.accounts.models import User
from hub.accounts.people import Proof
from hub.accounts.sessions import Place
from hub.database import transaction
from hub.errors import HubError
from hub.events.record import VISITOR, Event, record
from hub.extensions import db

log = logging.getLogger(__name__)

BY_PROVIDER = "by_provider"  # in the session: the single sign-on provider answers for second factors
HALF = "half"  # who has given the password and not yet the second factor: [user id, Unix seconds]
HALF_LASTS = timedelta(minutes=5)


class AccountClosed(HubError):
    """Whoever was on the way in lost the account meanwhile."""

    key = "accountclosed"
    status = 403


def sign_in(username: str, proof: Proof | None) -> User | None:
    """The person of this name whose password was proved; nobody otherwise.

    An unknown name leaves the same trace as a wrong password, so that the time of the answer tells nothing.
    """
    user = people.admit(username, proof)
    if user is None:
        record(Event.SIGN_IN_FAILED, people.find(username), by=VISITOR)
    return user


def begin(user: User, *, by_provider: bool = False) -> None:
    """Let this browser in as ``user``, once all that was to be proved is proved; in a transaction of its own.

    OnlyByProvider for whoever the single sign-on has to be asked about first; ``by_provider`` says that it was.
    """
    with transaction(db.session):
        if not user.is_active:
            raise AccountClosed("This account may not sign in any more. Ask an administrator of this hub.")
        if not by_provider:
            oidc.require_own_way_in(user)
        record(Event.USER_SIGNED_IN, user, by=user)
        user.signed_in_at = clock.now()
        sessions.begin(user, _place())
    carry(user, by_provider=by_provider)
    known_browsers.remember(user)


def sign_out(user: User) -> None:
    """Note that this person has left this browser; their other sessions go on."""
    if user.browser is not None:
        sessions.close(user.browser)
    record(Event.USER_SIGNED_OUT, user, by=user)


def carry(user: User, *, by_provider: bool) -> None:
    """Let the cookie of this browser hold the key of the person's session."""
    session.clear()  # nothing that was known before signing in, such as a form's token, stays valid after it
    login_user(user)
    session[BY_PROVIDER] = by_provider


def came_by_provider() -> bool:
    """Whether the single sign-on has let this browser in."""
    return bool(session.get(BY_PROVIDER))


def leave() -> None:
    """Forget in this browser whoever was signed in."""
    logout_user()
    session.clear()


def remember_half(user: User) -> None:
    """Note that the person in this browser has given the password; a second factor is asked for next."""
    session.clear()
    session[HALF] = [user.id, clock.to_unix(clock.now())]


def halfway() -> User | None:
    """Whoever gave the password in this browser a moment ago, if it is still theirs and nobody banned them."""
    user_id, moment = session.get(HALF) or (0, 0)
    user = db.session.get(User, user_id)
    since = clock.from_unix(moment)
    if user is None or not user.is_active or clock.now() - since > HALF_LASTS:
        return None
    return None if user.password_set_at and user.password_set_at >= since + timedelta(seconds=1) else user


def load(key: str) -> User | None:
    """The person of this browser's session; notes what is needed to write down, later, that they were here."""
    user = sessions.load(key)
    if user is not None and user.browser is not None:
        g.seen_before = (user.browser.id, user.browser.seen_at)
    return user


def keep_private(response: Response) -> Response:
    """No browser and no proxy keeps what somebody saw who had signed in, unless the page says that it may."""
    if "seen_before" in g:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def keep_secret(response: Response) -> Response:
    """The same for pages with a secret in them, such as the key of a mailed link."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def note_seen(response: Response) -> Response:
    """Write down every few minutes that a session is in use, after the page was made."""
    session_id, seen_at = g.get("seen_before", (0, None))
    if seen_at is not None and sessions.is_due(seen_at):
        try:
            with transaction(db.session):
                sessions.note_seen(session_id, request.remote_addr or "")
        except OperationalError as error:
            log.warning("that somebody was here could not be written down: %s", error)
    return response


def _place() -> Place:
    return Place(request.remote_addr or "", agents.described(request.headers.get("User-Agent", "")))
