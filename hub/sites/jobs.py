"""Asks the sites that are due, a few at a time, and writes down what became of it. No transaction is open meanwhile."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from flask import Flask, current_app

from hub import clock
from hub.database import transaction
from hub.events.record import job
from hub.extensions import db
from hub.jobs import schedule
from hub.outgoing.errors import HubBusy
from hub.outgoing.limits import Deadline
from hub.settings import declared
from hub.sites import checks, letters, moderation, reachability
from hub.sites.checks import Claimed, Outcome

log = logging.getLogger(__name__)

A_MINUTE = 60  # sites that a worker asks at most: 86 400 a day
A_ROUND = 12
AT_ONCE = 4  # half of what the hub asks at a time: registrations go on meanwhile
SECONDS_PER_SITE = 10.0
SECONDS_FOR_ROUNDS = 25.0  # no round begins later, so that the job is over when its next minute comes
WITNESSES = reachability.LEAST_FAILING
TIDIED_AT_ONCE = 500  # sites a transaction

_JOB = job(checks.JOB)


@schedule.every(minutes=1, name=checks.JOB)
def check_sites() -> int:
    """Ask the sites whose turn has come, as many as a minute allows; their number."""
    if not declared.current("checksites"):
        return 0
    asked, time = 0, Deadline(SECONDS_FOR_ROUNDS)
    while asked < A_MINUTE and time.left() and (claimed := _claim()):
        check(claimed)
        asked += len(claimed)
    return asked


def check(claimed: Sequence[Claimed]) -> list[Outcome]:
    """Ask these sites, and take in what became of it."""
    outcomes = _ask_all(claimed)
    in_doubt = _in_doubt(outcomes)
    if in_doubt:
        log.warning("so many sites do not answer that the hub's own network may be down: no failure counts")
    with transaction(db.session):
        checks.take_in(outcomes, in_doubt=in_doubt, by=_JOB)
    return outcomes


@schedule.every(minutes=24 * 60)
def tidy_checks() -> int:
    """Keep the history of each site short; gives how many checks went."""
    gone = 0
    for first in range(1, checks.highest_number() + 1, TIDIED_AT_ONCE):
        with transaction(db.session):
            gone += checks.tidy(first, first + TIDIED_AT_ONCE - 1)
    return gone


@schedule.every(minutes=5)
def end_priorities() -> int:
    """End the priorities whose day is over; how many."""
    with transaction(db.session):
        return moderation.end_priorities(clock.now(), by=job("end-priorities"))


@schedule.every(minutes=24 * 60)
def forget_letters() -> None:
    """Forget the visitors' letters that no limit counts any more."""
    with transaction(db.session):
        letters.forget(clock.now())


def _claim() -> list[Claimed]:
    with transaction(db.session):
        return checks.claim(A_ROUND)


def _ask_all(claimed: Iterable[Claimed]) -> list[Outcome]:
    """Several hosts at the same time, the sites of one host one after the other."""
    by_host: defaultdict[str, list[Claimed]] = defaultdict(list)
    for each in claimed:
        by_host[each.host].append(each)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the application behind the proxy
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="checks") as pool:
        return list(chain(*pool.map(lambda group: _ask_one_by_one(app, group), by_host.values())))


def _ask_one_by_one(app: Flask, group: Iterable[Claimed]) -> list[Outcome]:
    with app.app_context():
        return [_ask(each) for each in group]


def _ask(claimed: Claimed) -> Outcome:
    time = Deadline(SECONDS_PER_SITE)
    try:
        result = current_app.extensions["hub_probe"](claimed.url, SECONDS_PER_SITE)
    except HubBusy:
        return Outcome(claimed, None)
    except Exception:
        log.exception("site %s could not be asked", claimed.site_id)
        return Outcome(claimed, None)
    return Outcome(claimed, result, SECONDS_PER_SITE - time.left())


def _in_doubt(outcomes: Sequence[Outcome]) -> bool:
    """Whether it is the hub that reaches nobody: asked only when somebody failed."""
    if all(outcome.result is None or outcome.result.reachable for outcome in outcomes):
        return False
    witnesses = _witnesses(outcomes)
    if len(witnesses) < WITNESSES:
        urls = checks.others_that_answered([outcome.claimed for outcome in outcomes], WITNESSES - len(witnesses))
        db.session.rollback()  # no transaction stays open while others are asked
        witnesses += [_answers(url) for url in urls]
    control = declared.current("controladdress")
    return reachability.in_doubt(witnesses, _answers(control) if control and not any(witnesses) else None)


def _witnesses(outcomes: Iterable[Outcome]) -> list[bool]:
    """For each host of which something answered until now, whether anything does."""
    answers: dict[str, bool] = {}
    for outcome in outcomes:
        if outcome.result is not None and outcome.claimed.answered_before:
            host = outcome.claimed.host
            answers[host] = answers.get(host, False) or outcome.result.reachable
    return list(answers.values())


def _answers(url: str) -> bool:
    try:
        return bool(current_app.extensions["hub_probe"](url, SECONDS_PER_SITE).reachable)
    except HubBusy:
        return True  # busy with others: they are reached
