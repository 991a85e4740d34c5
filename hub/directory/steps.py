"""What a registration with a directory can become, and when the directory is called again: decisions over values."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from hub.errors import HubError

ASKED_FOR = timedelta(days=14)  # how long a directory may take to answer; some have people who decide
DAILY = timedelta(days=1)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)


class State(enum.StrEnum):
    """Where a registration stands. That there is none is ``None``."""

    ASKED = "asked"  # the administrator was sent to the directory, which has not sent him back yet
    CONFIRMED = "confirmed"
    LEAVING = "leaving"  # decided here, not yet told there
    ENDED = "ended"


class Step(enum.StrEnum):
    """What can be done to a registration."""

    ASK = "register"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"  # before the directory confirmed
    EXPIRE = "expire"
    UPDATE = "update"
    LEAVE = "unregister"
    STAY = "stay"
    LEFT = "leave"  # the directory has been told
    FORGET = "forget"  # without telling the directory


class Ending(enum.StrEnum):
    """Why a registration ended, for the room's history."""

    WITHDRAWN = "withdrawn before it was confirmed"
    EXPIRED = "not confirmed in time"
    LEFT = "unregistered"
    UNKNOWN_THERE = "the directory no longer knew the hub"
    FORGOTTEN = "cleaned up here without telling the directory"


class StepImpossible(HubError):
    """The registration is not in a state where this can be done."""

    key = "directorystep"
    status = 409

    def __init__(self, state: State | None, step: Step) -> None:
        super().__init__(_ADVICE[state])
        self.state = state
        self.step = step


_NEXT: dict[tuple[State | None, Step], State] = {
    (None, Step.ASK): State.ASKED,
    (State.ASKED, Step.ASK): State.ASKED,  # the same again: whoever lost the window is sent once more
    (State.ASKED, Step.CONFIRM): State.CONFIRMED,
    (State.ASKED, Step.WITHDRAW): State.ENDED,
    (State.ASKED, Step.EXPIRE): State.ENDED,
    (State.ASKED, Step.FORGET): State.ENDED,
    (State.CONFIRMED, Step.UPDATE): State.CONFIRMED,
    (State.CONFIRMED, Step.LEAVE): State.LEAVING,
    (State.CONFIRMED, Step.LEFT): State.ENDED,  # somebody wanted to stay while the directory was being told
    (State.CONFIRMED, Step.FORGET): State.ENDED,
    (State.LEAVING, Step.LEAVE): State.LEAVING,
    (State.LEAVING, Step.STAY): State.CONFIRMED,
    (State.LEAVING, Step.LEFT): State.ENDED,
    (State.LEAVING, Step.FORGET): State.ENDED,
}

_ADVICE: dict[State | None, str] = {
    None: "This hub is registered with no directory. Register it first.",
    State.ASKED: "The directory has not confirmed the registration yet. Confirm it there, or withdraw it here.",
    State.CONFIRMED: "This hub is registered with the directory already. Unregister it before you do this.",
    State.LEAVING: (
        "This hub is leaving the directory, which has not heard of it yet. Try again, stay registered, "
        "or clean up without telling the directory."
    ),
    State.ENDED: "This registration has ended. Register the hub anew.",
}


def after(state: State | None, step: Step) -> State:
    """What the registration is after this step; StepImpossible says what can be done instead."""
    following = _NEXT.get((state, step))
    if following is None:
        raise StepImpossible(state, step)
    return following


def possible(state: State | None, step: Step) -> bool:
    """Whether this can be done now."""
    return (state, step) in _NEXT


def next_attempt(failures: int, now: datetime) -> datetime:
    """When the directory is called again: a day after a success, and after failures in a row later each time."""
    if not failures:
        return now + DAILY
    return now + min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(failures - 1, 10)))
