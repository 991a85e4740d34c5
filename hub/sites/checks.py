"""Asking sites whether they answer: which are due, what became of it, and what follows in the same transaction."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.jobs.queue import wake
from hub.settings import declared
from hub.sites import mails, matters, moderation, reachability
from hub.sites.identity import host_of
from hub.sites.listing import live
from hub.sites.models import Hider, MatterKind, OutageStep, Reachability, Site, SiteCheck
from hub.sites.probe import ProbeResult
from hub.sites.reachability import WARNED_BEFORE, Act, Past, Verdict

JOB = "check-sites"
CLAIMED_FOR = timedelta(minutes=10)  # whoever asks a site has this long; then another may
AT_ONCE = 2  # sites of one host in a round; the others come later
NOT_ASKED_PAUSE = timedelta(minutes=5)
FIRST_OF_ALL = clock.from_unix(0)
KEPT = 40  # newest checks of a site
KEPT_CHANGES = 40  # newest of those that changed its state
STRIP_DAYS = 60
HEARD_AGAIN_AFTER = timedelta(hours=1)  # a call is noted so often at most

_LIVE = Site.state == sa.literal_column("'LIVE'")  # literal, because SQLite uses a partial index only when it sees it
_AILING = (Reachability.FAILING, Reachability.UNREACHABLE)


class ChecksSwitchedOff(HubError):
    """Nobody asks sites at present."""

    key = "checksswitchedoff"
    status = 409

    def __init__(self) -> None:
        super().__init__("Sites are not asked at present. Switch it on in the settings: Ask sites whether they answer.")


@dataclass(frozen=True)
class Claimed:
    """A site that the holder of this value asks, and nobody else meanwhile."""

    site_id: int
    url: str
    host: str
    answered_before: bool  # when it was asked last


@dataclass(frozen=True)
class Outcome:
    """What became of asking a site; no result: the hub did not get round to it."""

    claimed: Claimed
    result: ProbeResult | None
    seconds: float = 0.0


def claim(limit: int) -> list[Claimed]:
    """Sites whose turn has come, the longest due first, reserved for the caller: few of any one host at a time."""
    now = clock.now()
    due = sa.select(Site).where(_LIVE, Site.next_check_at <= now).order_by(Site.next_check_at).limit(limit)
    claimed: list[Claimed] = []
    of_host: defaultdict[str, int] = defaultdict(int)
    for site in db.session.scalars(due.with_for_update(skip_locked=True)):
        host = host_of(site.url_key)
        of_host[host] += 1
        turns_later = of_host[host] - AT_ONCE
        site.next_check_at = now + CLAIMED_FOR * max(1, turns_later + 1)
        if turns_later <= 0:
            claimed.append(_claimed(site))
    return claimed


def claim_one(site: Site) -> Claimed:
    """This site, reserved for the caller."""
    site.next_check_at = clock.now() + CLAIMED_FOR
    return _claimed(site)


def _claimed(site: Site) -> Claimed:
    return Claimed(site.id, site.url, host_of(site.url_key), site.reachability is Reachability.REACHABLE)


def others_that_answered(round_: Sequence[Claimed], number: int) -> list[str]:
    """The URLs of sites outside of this round, on other hosts, that answered last: whom to ask about the network."""
    hosts = {each.host for each in round_}
    answering = (
        sa.select(Site.url, Site.url_key)
        .where(_LIVE, Site.reachability == Reachability.REACHABLE, Site.id.not_in([each.site_id for each in round_]))
        .where(Site.next_check_at < clock.now() + timedelta(days=2))
        .order_by(Site.next_check_at.desc())  # those asked most recently, by an index
        .limit(10 * number)
    )
    by_host = {host_of(key): url for url, key in db.session.execute(answering) if host_of(key) not in hosts}
    return list(by_host.values())[:number]


def take_in(outcomes: Sequence[Outcome], *, in_doubt: bool = False, by: Actor) -> None:
    """Write down what became of a round, judge each site and do what follows.

    ``in_doubt``: the hub's own network seemed to be down, so that no failure counts.
    """
    sites = _hold([outcome.claimed.site_id for outcome in outcomes])
    made = []
    for outcome in outcomes:
        site = sites.get(outcome.claimed.site_id)
        if site is None or site.url != outcome.claimed.url:
            continue  # it left or moved while it was asked
        if outcome.result is None:
            site.next_check_at = clock.now() + NOT_ASKED_PAUSE
        else:
            doubted = in_doubt and not outcome.result.reachable
            made.append(_judge(site, outcome.result, outcome.seconds, in_doubt=doubted, by=by))
    if made:
        db.session.execute(sa.insert(SiteCheck), made)


def _hold(site_ids: Sequence[int]) -> dict[int, Site]:
    held = live().where(Site.id.in_(site_ids)).order_by(Site.id).with_for_update()
    return {site.id: site for site in db.session.scalars(held)}


def _judge(site: Site, result: ProbeResult, seconds: float, *, in_doubt: bool, by: Actor) -> dict[str, Any]:
    now, before = clock.now(), site.reachability
    verdict = _verdict(past_of(site), result, now, in_doubt)
    _adopt(site, verdict)
    site.checked_at = now
    for act in verdict.acts:
        _CARRY_OUT[act](site, result, by)
    return _check(site, result, seconds, counted=not in_doubt, changed=before is not verdict.state)


def _verdict(past: Past, result: ProbeResult, now: datetime, in_doubt: bool) -> Verdict:
    chance = random.random()
    if in_doubt:
        return reachability.uncounted(past, now, chance=chance)
    return reachability.judge(past, result.reachable, now, hide_after=hide_after(), chance=chance)


def hide_after() -> timedelta | None:
    """How long a site may be unreachable before it is hidden; nothing: for ever."""
    days = declared.current("hideunreachableafter")
    return timedelta(days=days) if days else None


def past_of(site: Site) -> Past:
    """What is known about the site before it is asked again."""
    return Past(
        state=site.reachability,
        since=site.unreachable_since,
        failures=site.failure_count,
        step=site.outage_step,
        step_at=site.outage_step_at,
        heard_at=site.heard_at,
        visible=site.visible,
        hidden_by_us=not site.visible and site.hidden_by == Hider.REACHABILITY,
        spared=site.trusted or site.prioritised,
        has_contact=bool(site.contact_email),
    )


def _adopt(site: Site, verdict: Verdict) -> None:
    site.reachability = verdict.state
    site.unreachable_since = verdict.since
    site.failure_count = verdict.failures
    site.outage_step = verdict.step
    site.outage_step_at = verdict.step_at
    site.next_check_at = verdict.next_check_at


def _check(site: Site, result: ProbeResult, seconds: float, *, counted: bool, changed: bool) -> dict[str, Any]:
    return dict(
        site_id=site.id,
        at=site.checked_at,
        reachable=result.reachable,
        counted=counted,
        state=site.reachability,
        changed=changed,
        status=result.status,
        cause=result.cause or "",
        detail=result.detail,
        seconds=round(seconds, 3),
    )


def _note_unreachable(site: Site, result: ProbeResult, by: Actor) -> None:
    record(Event.SITE_UNREACHABLE, site, by=by, since=str(site.unreachable_since), cause=result.detail)


def _warn(site: Site, result: ProbeResult, _by: Actor) -> None:
    mails.hiding_soon(site, result.sentence, hiding_day(site) or clock.now() + WARNED_BEFORE)


def _hide(site: Site, result: ProbeResult, by: Actor) -> None:
    moderation.hide(site, by=by, reason=f"unreachable since {site.unreachable_since}", hider=Hider.REACHABILITY)
    mails.hidden(site, result.sentence)


def _ask_moderators(site: Site, result: ProbeResult, _by: Actor) -> None:
    matters.open_matter(site, MatterKind.UNREACHABLE, since=str(site.unreachable_since), cause=result.detail)


_CARRY_OUT: dict[Act, Callable[[Site, ProbeResult, Actor], object]] = {
    Act.NOTE_UNREACHABLE: _note_unreachable,
    Act.TELL: lambda site, result, by: mails.unreachable(site, result.sentence),
    Act.WARN: _warn,
    Act.HIDE: _hide,
    Act.ASK: _ask_moderators,
    Act.NOTE_REACHABLE: lambda site, result, by: record(Event.SITE_REACHABLE_AGAIN, site, by=by),
    Act.SHOW: lambda site, result, by: moderation.show(site, by=by, reason="it answers again"),
    Act.SETTLE: lambda site, result, by: matters.close_all(site, MatterKind.UNREACHABLE),
    Act.REASSURE: lambda site, result, by: mails.reachable_again(site),
}


def hiding_day(site: Site) -> datetime | None:
    """From when on the site will be hidden unless it answers; nothing while its contact was not warned."""
    after = hide_after()
    if not (after and site.unreachable_since and site.outage_step_at and site.outage_step is OutageStep.WARNED):
        return None
    return max(site.unreachable_since + after, site.outage_step_at + WARNED_BEFORE)


def heard(site_id: int) -> None:
    """The site has called or registered: a sign of life. If the hub does not reach it, it is asked again at once."""
    ailing = sa.update(Site).where(Site.id == site_id, Site.reachability.in_(_AILING), _LIVE)
    db.session.execute(ailing.values(heard_at=clock.now(), next_check_at=clock.now()))


def heard_lately(site_id: int) -> bool:
    """Whether a call of the site was noted within the last hour."""
    heard_at = db.session.scalar(sa.select(Site.heard_at).where(Site.id == site_id))
    return heard_at is not None and clock.now() - heard_at < HEARD_AGAIN_AFTER


def ask_now(site: Site, *, by: Actor, reason: str = "") -> None:
    """Let the site be asked before all others, within a minute; ChecksSwitchedOff when nobody would do it."""
    if not declared.current("checksites"):
        raise ChecksSwitchedOff
    site.next_check_at = FIRST_OF_ALL
    record(Event.SITE_CHECK_ASKED, site, by=by, reason=reason)
    wake(JOB)


def newest(site: Site, limit: int = 10) -> Sequence[SiteCheck]:
    """The newest checks of a site, newest first."""
    mine = sa.select(SiteCheck).where(SiteCheck.site_id == site.id)
    return db.session.scalars(mine.order_by(SiteCheck.id.desc()).limit(limit)).all()


@dataclass(frozen=True)
class Day:
    """What the checks of one day (UTC) saw: the state at its end, or the one that still held when none was made."""

    on: date
    state: Reachability
    asked: int
    failed: int


def days(site: Site, count: int = STRIP_DAYS) -> list[Day]:
    """The last days of a site, today last."""
    checks = list(reversed(newest(site, KEPT + KEPT_CHANGES + 24)))
    of_day: defaultdict[date, list[SiteCheck]] = defaultdict(list)
    for check in checks:
        of_day[check.at.date()].append(check)
    first = clock.now().date() - timedelta(days=count - 1)
    state = next((each.state for each in reversed(checks) if each.at.date() < first), Reachability.UNKNOWN)
    shown = []
    for each in (first + timedelta(days=number) for number in range(count)):
        made = of_day[each]
        state = made[-1].state if made else state
        shown.append(Day(each, state, len(made), sum(not check.reachable for check in made)))
    return shown


def tidy(first: int, last: int) -> int:
    """Keep what is worth keeping of the checks of the sites from one number to another; gives how many went."""
    place = sa.func.row_number().over(partition_by=SiteCheck.site_id, order_by=SiteCheck.id.desc())
    among_alike = sa.func.row_number().over(
        partition_by=(SiteCheck.site_id, SiteCheck.changed), order_by=SiteCheck.id.desc()
    )
    ranked = (
        sa.select(SiteCheck.id, SiteCheck.changed, place.label("place"), among_alike.label("among_alike"))
        .where(SiteCheck.site_id.between(first, last))
        .subquery()
    )
    kept_change = sa.and_(ranked.c.changed, ranked.c.among_alike <= KEPT_CHANGES)
    surplus = sa.select(ranked.c.id).where(ranked.c.place > KEPT, sa.not_(kept_change))
    gone = db.session.execute(sa.delete(SiteCheck).where(SiteCheck.id.in_(surplus)).returning(SiteCheck.id))
    return len(gone.all())


def highest_number() -> int:
    """The highest number of a site that was ever asked."""
    return db.session.scalar(sa.select(sa.func.max(SiteCheck.site_id))) or 0
