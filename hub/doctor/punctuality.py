"""The step about the site's clock: signed updates are believed only near to their moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from hub import clock
from hub.doctor.findings import Finding, Step, Verdict
from hub.doctor.visiting import Reply
from hub.outgoing.answers import Answer
from hub.registration.signatures import MOST_AHEAD, OLDEST

TOLERATED = timedelta(minutes=2)


def finding(get: Reply) -> Finding:
    """How far the site's clock is from ours."""
    answer = get.begun
    told = _told(answer) if answer else None
    if answer is None or told is None:
        return Finding(Step.CLOCK, Verdict.NOT_ASKED, "no-date", public=answer.public if answer else True)
    ahead = told - clock.now()
    values = {"difference": _words(abs(ahead)), "told": f"{told:%Y-%m-%d %H:%M:%S} UTC"}
    return Finding(Step.CLOCK, *_judged(ahead), values, public=answer.public)


def _judged(ahead: timedelta) -> tuple[Verdict, str]:
    if abs(ahead) <= TOLERATED:
        return Verdict.GOOD, "clock"
    if -OLDEST <= ahead <= MOST_AHEAD:
        return Verdict.WARNING, "clock-ahead" if ahead > timedelta() else "clock-behind"
    return Verdict.BAD, "clock-refused"


def _told(answer: Answer) -> datetime | None:
    """The moment in the Date header; an answer from a cache is older by its Age."""
    try:
        told = parsedate_to_datetime(answer.headers.get("Date", ""))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)) + _age(answer.headers.get("Age", ""))
    except (ValueError, OverflowError):
        return None


def _age(told: str) -> timedelta:
    return timedelta(seconds=int(told)) if told.isascii() and told.isdigit() and len(told) < 8 else timedelta()


def _words(difference: timedelta) -> str:
    minutes = round(difference.total_seconds() / 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return " ".join(parts[:2]) or "0 min"
