"""What speaks for and against somebody who asks for a site's place or new address, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from hub import clock
from hub.courses.models import Course
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.proxies import neighbourhood
from hub.registration import moving, replacing
from hub.registration.comparing import Difference, compare
from hub.registration.guessing import Clues
from hub.registration.models import Attempt, Move
from hub.sites import listing
from hub.sites.details import SiteDetails
from hub.sites.identity import UrlUnusable, host_of, url_key
from hub.sites.models import Site
from hub.sites.probe import ProbeResult
from hub.tokens.models import Token

Asking = Attempt | Move


@dataclass(frozen=True)
class Seen:
    """What asking an address gave; ``cause`` is for moderators."""

    url: str
    at: datetime
    answers: bool
    status: int | None
    final_url: str
    cause: str


@dataclass(frozen=True)
class Evidence:
    """Everything known about the registered site and about what asks for its place."""

    site: Site
    details: SiteDetails
    differences: list[Difference]
    asked_at: datetime
    came_from: str
    live_courses: int
    token_used_at: datetime | None
    seen: dict[str, Seen]  # by "old" and "new"

    @property
    def told_courses(self) -> tuple[Any, Any]:
        """How many courses the two told to have."""
        return self.site.figures.get("courses"), self.details.figures.get("courses")

    @property
    def differing(self) -> list[LazyString]:
        """What is different, by name."""
        return [difference.label for difference in self.differences if difference.different]


def of(asking: Asking) -> Evidence:
    """What there is about an attempt or a move."""
    site, details = listing.get(asking.site_id), SiteDetails.parse(asking.details)
    used = sa.select(sa.func.max(Token.first_used_at)).where(Token.site_id == site.id)
    live = sa.select(sa.func.count()).where(Course.site_id == site.id, Course.listed)
    return Evidence(
        site=site,
        details=details,
        differences=[each for each in compare(site, details) if each.now or not isinstance(asking, Move)],
        asked_at=asking.opened_at if isinstance(asking, Attempt) else asking.asked_at,
        came_from=asking.address,
        live_courses=db.session.scalar(live) or 0,
        token_used_at=db.session.scalar(used),
        seen={which: _read(told) for which, told in asking.seen.items()},
    )


def clues_of(evidence: Evidence) -> Clues:
    """What a guess is made from, of somebody who asked already."""
    old, new = evidence.seen.get("old"), evidence.seen.get("new")
    return clues(
        evidence.site,
        evidence.details,
        came_from=evidence.came_from,
        old_answers=old.answers if old else None,
        old_leads_to=old.final_url if old else "",
        new_answers=new.answers if new else None,
    )


def clues(
    site: Site,
    details: SiteDetails,
    *,
    came_from: str,
    old_answers: bool | None,
    old_leads_to: str = "",
    new_answers: bool | None = None,
) -> Clues:
    """What a guess is made from."""
    before, now = site.figures.get("courses"), details.figures.get("courses")
    return Clues(
        same_name=site.name == details.name if site.name and details.name else None,
        same_release=site.moodle_release == details.moodle_release if details.moodle_release else None,
        courses_before=before,
        courses_now=now,
        old_answers=old_answers,
        old_leads_to_new=_leads(old_leads_to, details.url),
        new_answers=new_answers,
        same_address=bool(came_from) and neighbourhood(came_from) == neighbourhood(site.address),
    )


def _leads(final_url: str, new_url: str) -> bool:
    """Whether a chain of redirects ended on the host of the new URL."""
    try:
        return bool(final_url) and host_of(url_key(final_url.partition("?")[0])) == host_of(url_key(new_url))
    except UrlUnusable:
        return False


def urls(asking: Asking) -> dict[str, str]:
    """The addresses at which one would look: the registered one and, of a move, the new one."""
    old = {"old": listing.get(asking.site_id).url}
    return old | {"new": asking.new_url} if isinstance(asking, Move) else old


def note(asking: Asking, seen: dict[str, tuple[str, ProbeResult]], *, by: Actor) -> None:
    """Keep what asking the addresses gave, by "old" and "new"."""
    site = replacing.hold(asking).holder if isinstance(asking, Attempt) else moving.hold(asking)
    at = clock.to_unix(clock.now())
    asking.seen = {which: _written(url, result, at) for which, (url, result) in seen.items()}
    answers = {which: result.reachable for which, (_url, result) in seen.items()}
    record(Event.CONFIRMATION_EXAMINED, site, by=by, answers=answers)


def _written(url: str, result: ProbeResult, at: int) -> dict[str, Any]:
    return {
        "url": url,
        "at": at,
        "answers": result.reachable,
        "status": result.status,
        "final_url": result.final_url or "",
        "cause": result.detail or result.sentence,
    }


def _read(told: dict[str, Any]) -> Seen:
    return Seen(**told | {"at": clock.from_unix(told["at"])})


def facts(evidence: Evidence) -> Iterator[tuple[LazyString, Any, Any]]:
    """What is not told but known: a name, what holds for the registered site, what for the one that asks."""
    yield _("Registered, or asked"), evidence.site.registered_at, evidence.asked_at
    yield _("Internet address"), evidence.site.address, evidence.came_from
    yield _("Courses it told of"), *evidence.told_courses
    yield _("Courses visible here"), evidence.live_courses, None
    yield _("Last update call"), evidence.site.updated_at, None
    yield _("Token first used"), evidence.token_used_at, None
