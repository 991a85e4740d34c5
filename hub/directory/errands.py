"""What is to be told the directory: taken in one transaction, noted in another, told in between by an edge."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub import clock
from hub.directory import mails, membership
from hub.directory.client import Directory, DirectoryProblem, HubUnknownThere
from hub.directory.membership import HeldTokenLost
from hub.directory.models import Membership
from hub.directory.steps import Ending, State, Step, after, next_attempt
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.sites import introduction
from hub.sites.introduction import Introduction

CLAIMED_FOR = timedelta(minutes=2)  # longer than any call takes; whoever dies with an errand leaves it to the next


class Purpose(enum.StrEnum):
    """What the directory is called for."""

    UPDATE = "update"
    LEAVE = "leave"


@dataclass(frozen=True)
class Errand:
    """One call of the directory."""

    membership_id: int
    purpose: Purpose
    url: str
    token: str = field(repr=False)
    told: Introduction

    def carry_out(self, directory: Directory) -> None:
        """Tell the directory; DirectoryProblem when it does not take it."""
        if self.purpose is Purpose.UPDATE:
            directory.update(self.told)
        else:
            directory.unregister()


class UpdateFailed(HubError):
    """The directory did not take what the hub told it."""

    key = "errorregistration"
    status = 502


class LeavingFailed(HubError):
    """The directory could not be told that the hub leaves it."""

    key = "errorunregistration"
    status = 502


def take_due(now: datetime, *, by: Actor) -> Errand | None:
    """The call whose time has come, reserved for the caller; nothing when there is none.

    A confirmation that did not come in time is waited for no longer.
    """
    found = membership.find_live(lock=True)
    if found is None or found.next_attempt_at is None or found.next_attempt_at > now:
        return None
    if found.state is State.ASKED:
        membership.expire(found, by=by)
        return None
    try:
        return _taken(found)
    except HeldTokenLost as error:
        _note_failed(found, error.message, watched=False)
        return None


def take_update() -> Errand:
    """An update now, due or not; StepImpossible unless the hub is registered."""
    found = membership.get_live(Step.UPDATE)
    after(found.state, Step.UPDATE)
    return _taken(found)


def take_leave(*, by: Actor) -> Errand | None:
    """The hub has decided to leave: the call that says so, or nothing if the directory never confirmed."""
    found = membership.leave(by=by)
    return _taken(found) if found.state is State.LEAVING else None


def _taken(found: Membership) -> Errand:
    found.next_attempt_at = clock.now() + CLAIMED_FOR
    return Errand(
        membership_id=found.id,
        purpose=Purpose.LEAVE if found.state is State.LEAVING else Purpose.UPDATE,
        url=found.directory_url,
        token=membership.opened(found.directory_token),
        told=introduction.to_the_directory(),
    )


def note(errand: Errand, problem: DirectoryProblem | None, *, by: Actor, watched: bool) -> None:
    """What came of the call. Nothing is noted when the registration ended meanwhile, or is to become something else.

    That the directory has heard of the leaving counts in any case, also when somebody wanted to stay meanwhile.

    ``watched`` says that a person waits for the outcome: they are told at once, and their act is an event.
    """
    found = membership.find_live(lock=True)
    if found is None or found.id != errand.membership_id:
        return
    found.tried_at = clock.now()
    if _gone(errand, problem):
        membership.left(found, Ending.UNKNOWN_THERE if problem else Ending.LEFT)
    elif _purpose(found) is not errand.purpose:
        return
    elif problem is None:
        _note_updated(found)
        if watched:
            record(Event.DIRECTORY_UPDATED, found, by=by, directory=found.directory_url)
    else:
        _note_failed(found, problem.message, watched=watched)


def _purpose(found: Membership) -> Purpose | None:
    return {State.CONFIRMED: Purpose.UPDATE, State.LEAVING: Purpose.LEAVE}.get(found.state)


def _note_updated(found: Membership) -> None:
    found.updated_at = clock.now()
    found.failure_count, found.problem = 0, ""
    found.next_attempt_at = next_attempt(0, clock.now())


def _note_failed(found: Membership, problem: str, *, watched: bool) -> None:
    found.failure_count += 1
    found.problem = problem
    found.next_attempt_at = next_attempt(found.failure_count, clock.now())
    if found.state is State.LEAVING and found.told_at is None and not watched:
        found.told_at = clock.now()
        mails.not_left(found)


def failure(errand: Errand, problem: DirectoryProblem) -> HubError | None:
    """The error for a person who waits for the outcome: what happened, and what the hub does next."""
    if errand.purpose is Purpose.UPDATE:
        return UpdateFailed(f"{problem.message} The hub tries again by itself.")
    if _gone(errand, problem):
        return None
    return LeavingFailed(f"{problem.message} The hub keeps trying by itself until the directory has heard of it.")


def _gone(errand: Errand, problem: DirectoryProblem | None) -> bool:
    """Whether the directory lists the hub no more: it was told now, or had forgotten the hub before."""
    return errand.purpose is Purpose.LEAVE and (problem is None or isinstance(problem, HubUnknownThere))
