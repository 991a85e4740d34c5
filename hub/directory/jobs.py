"""Calls of the directory: the daily update, and what has to be told until it is heard. No transaction is open then."""

from __future__ import annotations

import logging

from hub import clock
from hub.database import retrying, transaction
from hub.directory import errands, membership
from hub.directory.client import DirectoryProblem, RemoteDirectory
from hub.directory.errands import Errand
from hub.directory.membership import BY_ITSELF
from hub.errors import HubError
from hub.events.record import Actor
from hub.extensions import db
from hub.jobs import schedule
from hub.outgoing import current_client

log = logging.getLogger(__name__)


@schedule.every(minutes=1, name=membership.JOB)
def call_directory() -> None:
    """Tell the directory what is due."""
    if not membership.anything_due(clock.now()):
        return
    with transaction(db.session):
        errand = errands.take_due(clock.now(), by=BY_ITSELF)
    if errand is None:
        return
    problem = _told(errand, by=BY_ITSELF, watched=False)
    if problem is not None:
        log.warning("the directory %s was not told (%s): %s", errand.url, errand.purpose, problem.message)


def tell(errand: Errand, *, by: Actor) -> None:
    """Tell the directory while somebody waits; UpdateFailed or LeavingFailed when it does not take it."""
    problem = _told(errand, by=by, watched=True)
    failure: HubError | None = errands.failure(errand, problem) if problem is not None else None
    if failure is not None:
        raise failure from problem


def _told(errand: Errand, *, by: Actor, watched: bool) -> DirectoryProblem | None:
    problem = None
    try:
        errand.carry_out(RemoteDirectory(errand.url, errand.token, current_client()))
    except DirectoryProblem as error:
        problem = error
    retrying(db.session, lambda: errands.note(errand, problem, by=by, watched=watched))
    return problem
