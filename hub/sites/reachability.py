"""From the result of asking a site: what its state becomes, when it is asked next, and what is done about it.

Decisions only: nothing here reads a row, sends anything or asks for the time.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.sites.models import OutageStep, Reachability

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

PAUSES = (1 * HOUR, 3 * HOUR, 12 * HOUR)  # after the first failures in a row; then daily, as when it answers
LONG_DEAD = 45 * DAY
LONGEST_PAUSE = 7 * DAY
PAUSE_WHEN_UNCOUNTED = HOUR / 2  # the hub's own network seemed to be down
JITTER = 0.1  # of each pause, either way

UNREACHABLE_AFTER = 3 * DAY
LEAST_FAILURES = 5  # in a row: a worker that stood still for days must not judge by the one failure it sees then
WARNED_BEFORE = 7 * DAY  # the contact hears of it that long before the site is hidden
LEAST_BETWEEN_STEPS = 3 * DAY
QUIET = 14 * DAY  # a site that comes and goes is not written about more often
HEARD_COUNTS = 14 * DAY  # Moodle calls once a week by itself

LEAST_FAILING = 3  # so many of those that answered until now, and more than half: it is the hub, not they


class Act(enum.Enum):
    """What is done about a site, in this order."""

    NOTE_UNREACHABLE = "note unreachable"
    TELL = "tell the contact"
    WARN = "warn the contact"
    HIDE = "hide it and tell the contact"
    ASK = "leave it to moderators"
    NOTE_REACHABLE = "note reachable again"
    SHOW = "show it again"
    SETTLE = "moderators need not look any more"
    REASSURE = "tell the contact that it is over"


@dataclass(frozen=True)
class Past:
    """What is known about a site before it is asked: its state, the outage that lasts, and how it stands here."""

    state: Reachability = Reachability.UNKNOWN
    since: datetime | None = None  # the first of the failures in a row
    failures: int = 0
    step: OutageStep = OutageStep.NONE
    step_at: datetime | None = None  # also of the last outage, when that is over
    heard_at: datetime | None = None  # its last call meanwhile
    visible: bool = True
    hidden_by_us: bool = False  # for being unreachable, and by nobody else
    spared: bool = False  # trusted or prioritised: moderators decide
    has_contact: bool = True


@dataclass(frozen=True)
class Verdict:
    """What becomes of the site."""

    state: Reachability
    since: datetime | None
    failures: int
    step: OutageStep
    step_at: datetime | None
    next_check_at: datetime
    acts: tuple[Act, ...] = ()


def judge(past: Past, answered: bool, now: datetime, *, hide_after: timedelta | None, chance: float) -> Verdict:
    """What the answer to this check, or its absence, means. ``chance`` (0 to 1) spreads the next check."""
    return _answered(past, now, chance) if answered else _failed(past, now, hide_after, chance)


def uncounted(past: Past, now: datetime, *, chance: float) -> Verdict:
    """Nothing changes but when the site is asked next: the hub could reach nobody."""
    later = now + _spread(PAUSE_WHEN_UNCOUNTED, chance)
    return Verdict(past.state, past.since, past.failures, past.step, past.step_at, later)


def in_doubt(witnesses: Sequence[bool], control: bool | None = None) -> bool:
    """Whether the failures of a round say more about the hub's own network than about the sites.

    ``witnesses``: for each host that had answered until now, whether it answered in this round. ``control``: whether
    the address answered that administrators named for this; nothing when they named none.
    """
    failing = witnesses.count(False)
    if failing >= LEAST_FAILING and 2 * failing > len(witnesses):
        return True
    return control is False and not any(witnesses)


def _answered(past: Past, now: datetime, chance: float) -> Verdict:
    acts = (
        (Act.NOTE_REACHABLE, past.state is Reachability.UNREACHABLE),
        (Act.SHOW, past.hidden_by_us),
        (Act.SETTLE, past.step is OutageStep.ASKED),
        (Act.REASSURE, past.step is not OutageStep.NONE and past.has_contact),
    )
    return Verdict(
        state=Reachability.REACHABLE,
        since=None,
        failures=0,
        step=OutageStep.NONE,
        step_at=past.step_at,
        next_check_at=now + _spread(DAY, chance),
        acts=tuple(act for act, due in acts if due),
    )


def _failed(past: Past, now: datetime, hide_after: timedelta | None, chance: float) -> Verdict:
    since, failures = past.since or now, past.failures + 1
    lasts = now - since
    judged = lasts >= UNREACHABLE_AFTER and failures >= LEAST_FAILURES
    verdict = Verdict(
        state=Reachability.UNREACHABLE if judged else Reachability.FAILING,
        since=since,
        failures=failures,
        step=past.step,
        step_at=past.step_at,
        next_check_at=now + _spread(pause(failures, lasts), chance),
        acts=(Act.NOTE_UNREACHABLE,) if judged and past.state is not Reachability.UNREACHABLE else (),
    )
    step = _next_step(past, lasts, now, hide_after) if judged else None
    return verdict if step is None else _taking(verdict, step, now)


def pause(failures: int, lasts: timedelta) -> timedelta:
    """How long a site is left alone after so many failures in a row, the outage having lasted so long."""
    if lasts >= LONG_DEAD:
        return LONGEST_PAUSE
    return PAUSES[failures - 1] if failures <= len(PAUSES) else DAY


def _next_step(past: Past, lasts: timedelta, now: datetime, hide_after: timedelta | None) -> OutageStep | None:
    if not past.visible or past.step in (OutageStep.HIDDEN, OutageStep.ASKED):
        return None
    if past.step is OutageStep.NONE and past.has_contact:
        return OutageStep.TOLD if _rested(past, now, QUIET) else None
    if hide_after is None or _heard(past, now):
        return None
    if past.spared or not past.has_contact:
        return OutageStep.ASKED if lasts >= hide_after else None
    if past.step is OutageStep.TOLD:
        due = lasts >= hide_after - WARNED_BEFORE and _rested(past, now, LEAST_BETWEEN_STEPS)
        return OutageStep.WARNED if due else None
    return OutageStep.HIDDEN if lasts >= hide_after and _rested(past, now, WARNED_BEFORE) else None


_ACTS = {
    OutageStep.TOLD: Act.TELL,
    OutageStep.WARNED: Act.WARN,
    OutageStep.HIDDEN: Act.HIDE,
    OutageStep.ASKED: Act.ASK,
}


def _taking(verdict: Verdict, step: OutageStep, now: datetime) -> Verdict:
    return replace(verdict, step=step, step_at=now, acts=(*verdict.acts, _ACTS[step]))


def _rested(past: Past, now: datetime, rest: timedelta) -> bool:
    return past.step_at is None or now - past.step_at >= rest


def _heard(past: Past, now: datetime) -> bool:
    """Whether the site has called lately: it is in use, though the hub cannot reach it (behind a firewall)."""
    return past.heard_at is not None and now - past.heard_at < HEARD_COUNTS


def _spread(pause: timedelta, chance: float) -> timedelta:
    return pause * (1 - JITTER + 2 * JITTER * chance)
