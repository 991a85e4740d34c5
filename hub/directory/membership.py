"""Joining a directory and leaving it: the only functions that change where the registration stands.

Nothing here talks to the directory; ``errands`` says what is to be told it, an edge tells it between two transactions.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime

import sqlalchemy as sa
from cryptography.fernet import InvalidToken

from hub import clock
from hub.directory import handover, requirements
from hub.directory.models import Membership
from hub.directory.requirements import Lack
from hub.directory.settings import directoryurl
from hub.directory.steps import ASKED_FOR, Ending, State, Step, StepImpossible, after
from hub.errors import HubError
from hub.events.record import Actor, Event, job, record
from hub.extensions import db
from hub.jobs.queue import wake
from hub.sealing import sealed, unsealed
from hub.settings import declared
from hub.sites import introduction
from hub.sites.identity import UrlUnusable, url_key
from hub.tokens import issuing
from hub.tokens.issuing import Reason, hashed
from hub.tokens.models import Token
from hub.tokens.services import Service

JOB = "call-directory"
BY_ITSELF = job(JOB)
LONGEST_TOKEN = 255


class WrongToken(HubError):
    """A confirmation that does not belong to the registration that waits for one."""

    key = "wrongtoken"

    def __init__(self) -> None:
        super().__init__(
            "This confirmation does not belong to a registration that waits for one: it is too old, was used, comes "
            "from another directory, or its address was not copied completely. Look at the page of the directory in "
            "the administrators' rooms, and register again from there."
        )


class HeldTokenLost(HubError):
    """A token that was stored encrypted cannot be read any more."""

    key = "heldtokenlost"

    def __init__(self) -> None:
        super().__init__(
            "The token of this registration cannot be read any more, because the hub's secret key has changed. "
            "Clean up the registration without telling the directory, then register again."
        )


def find_live(*, lock: bool = False) -> Membership | None:
    """The registration that has not ended, if there is one; locked against everybody else's change if asked for."""
    query = sa.select(Membership).where(Membership.live.is_(True))
    if lock:  # what was read before somebody else's change is read anew
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def ended(limit: int = 10) -> list[Membership]:
    """The registrations that have ended, newest first."""
    query = sa.select(Membership).where(Membership.live.is_(None)).order_by(Membership.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def lacking() -> list[Lack]:
    """What is missing before the hub can be registered."""
    return list(
        requirements.lacking(
            introduction.to_the_directory(),
            directory_url=declared.current(directoryurl.name),
            open_=declared.current("hubenabled"),
        )
    )


def ask(*, by: Actor) -> str:
    """Begin a registration, and give the address at the directory to which the administrator goes next.

    Whoever asks again before the directory confirmed gets the same token once more: a window was closed. When
    another directory was chosen meanwhile the waiting registration ends first.
    """
    requirements.require_nothing(lacking())
    url = declared.current(directoryurl.name)
    membership = find_live(lock=True)
    after(membership.state if membership else None, Step.ASK)
    if membership is not None and membership.directory_key != url_key(url):
        withdraw(membership, by=by)
        membership = None
    return handover_address(membership or _begin(url, by))


def _begin(url: str, by: Actor) -> Membership:
    token = issuing.issue(Service.DIRECTORY)
    bearer = issuing.find_bearer(token)
    assert bearer is not None
    membership = Membership(
        directory_url=url,
        directory_key=url_key(url),
        state=after(None, Step.ASK),
        token_id=bearer.token_id,
        token=sealed(token),
        asked_at=clock.now(),
        next_attempt_at=clock.now() + ASKED_FOR,
    )
    db.session.add(membership)
    db.session.flush()
    record(Event.DIRECTORY_ASKED, membership, by=by, directory=url)
    return membership


def handover_address(membership: Membership) -> str:
    """Where the browser goes with what the hub tells; only while the directory has not confirmed."""
    after(membership.state, Step.ASK)
    return handover.address(membership.directory_url, introduction.to_the_directory(), opened(membership.token))


def opened(sealed_token: str) -> str:
    """A token in clear; HeldTokenLost when it was encrypted with another key."""
    try:
        return unsealed(sealed_token)
    except InvalidToken as error:
        raise HeldTokenLost from error


def get_asked(token: str, url: str | None = None, *, lock: bool = False) -> Membership:
    """The registration that waits for this confirmation; WrongToken for every other token and directory.

    A foreign link cannot know the token, so it cannot bind the hub to a directory that nobody here chose.
    """
    membership = find_live(lock=lock)
    if membership is None or not _fits(membership, token) or not _same_directory(membership, url):
        raise WrongToken
    return membership


def confirm(token: str, new_token: str, url: str | None = None, *, by: Actor) -> Membership:
    """The directory has taken the hub in: ``token`` is ours, by ``new_token`` it knows the hub from now on."""
    membership = get_asked(token, url, lock=True)
    new_token = _letters_and_digits(new_token)
    if not new_token or len(new_token) > LONGEST_TOKEN:
        raise WrongToken
    if membership.state is not State.ASKED:
        _require_same(membership, new_token)
        return membership
    membership.state = after(membership.state, Step.CONFIRM)
    membership.confirmed_at = clock.now()
    membership.directory_token = sealed(new_token)
    membership.token = ""
    membership.next_attempt_at = clock.now()  # whatever changed while the directory decided, and a first proof
    record(Event.DIRECTORY_CONFIRMED, membership, by=by, directory=membership.directory_url)
    wake(JOB)
    return membership


def withdraw(membership: Membership, *, by: Actor) -> None:
    """Take the registration back before the directory confirmed it."""
    _end(membership, Step.WITHDRAW, Ending.WITHDRAWN)
    record(Event.DIRECTORY_WITHDRAWN, membership, by=by, directory=membership.directory_url)


def expire(membership: Membership, *, by: Actor) -> None:
    """No directory has confirmed the registration in time."""
    _end(membership, Step.EXPIRE, Ending.EXPIRED)
    record(Event.DIRECTORY_EXPIRED, membership, by=by, directory=membership.directory_url)


def leave(*, by: Actor) -> Membership:
    """Decide to leave the directory, which is told after the commit; what it has not confirmed is withdrawn."""
    membership = get_live()
    if membership.state is State.ASKED:
        withdraw(membership, by=by)
    elif membership.state is not State.LEAVING:
        membership.state = after(membership.state, Step.LEAVE)
        membership.leaving_at = membership.next_attempt_at = clock.now()
        membership.failure_count, membership.problem, membership.told_at = 0, "", None
        record(Event.DIRECTORY_LEAVING, membership, by=by, directory=membership.directory_url)
        wake(JOB)
    return membership


def stay(*, by: Actor) -> Membership:
    """Take the decision to leave back, as long as the directory has not heard of it."""
    membership = get_live(Step.STAY)
    if declared.current("privacy") == "private":
        raise requirements.CannotRegisterPrivateHub(str(requirements.PRIVATE.advice))
    membership.state = after(membership.state, Step.STAY)
    membership.leaving_at = None
    membership.failure_count, membership.problem, membership.next_attempt_at = 0, "", clock.now()
    record(Event.DIRECTORY_STAYED, membership, by=by, directory=membership.directory_url)
    return membership


def left(membership: Membership, ending: Ending) -> None:
    """The directory has been told, or knows the hub no more; whoever wanted to leave stands with the event before."""
    _end(membership, Step.LEFT, ending)
    record(Event.DIRECTORY_LEFT, membership, by=BY_ITSELF, directory=membership.directory_url, because=ending.value)


def forget(*, by: Actor) -> Membership:
    """End the registration here without telling the directory, whatever its state."""
    membership = get_live(Step.FORGET)
    _end(membership, Step.FORGET, Ending.FORGOTTEN)
    record(Event.DIRECTORY_FORGOTTEN, membership, by=by, directory=membership.directory_url)
    return membership


def follow_setting(name: str, _before: object, _after: object) -> None:
    """A setting has another value: a hub that became private leaves, and whatever else changed is told soon."""
    if name not in introduction.SETTINGS or (membership := find_live()) is None:
        return
    if declared.current("privacy") == "private":
        leave(by=BY_ITSELF)
    elif membership.state is State.CONFIRMED and not membership.failure_count:
        membership.next_attempt_at = clock.now()
        wake(JOB)


def get_live(step: Step = Step.UPDATE) -> Membership:
    """The registration that has not ended, locked; StepImpossible when there is none to take this step."""
    membership = find_live(lock=True)
    if membership is None:
        raise StepImpossible(None, step)
    return membership


def anything_due(now: datetime) -> bool:
    """Whether the time has come to call the directory, or to wait no longer for its confirmation."""
    query = sa.select(Membership.id).where(Membership.live.is_(True), Membership.next_attempt_at <= now)
    return db.session.scalar(query) is not None


def _end(membership: Membership, step: Step, ending: Ending) -> None:
    membership.state = after(membership.state, step)
    membership.live = None
    membership.ended_at = clock.now()
    membership.ended_because = ending.value
    membership.token = membership.directory_token = ""
    membership.next_attempt_at = None
    issuing.revoke(membership.token_id, Reason.DIRECTORY_LEFT)
    db.session.flush()


def _fits(membership: Membership, token: str) -> bool:
    known = db.session.get_one(Token, membership.token_id).hash
    return hmac.compare_digest(hashed(_letters_and_digits(token)), known)


def _same_directory(membership: Membership, url: str | None) -> bool:
    if url is None:
        return True
    try:
        return url_key(url) == membership.directory_key
    except UrlUnusable:
        return False


def _require_same(membership: Membership, new_token: str) -> None:
    """The same confirmation may come twice, as browsers send forms twice; another one may not."""
    held = opened(membership.directory_token)
    if membership.state is not State.CONFIRMED or not hmac.compare_digest(held, new_token):
        raise WrongToken


def _letters_and_digits(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text)
