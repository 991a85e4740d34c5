"""What the page of a site shows of the checks: how it stands in words, the last days, the newest with their cures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel.speaklater import LazyString

from hub import clock
from hub.settings import declared
from hub.sites import checks
from hub.sites.checks import Day
from hub.sites.models import OutageStep, Reachability, Site
from hub.sites.rooms import add_section

CURES: dict[str, LazyString] = {
    "nameunknown": lazy("Its name must be known to the public DNS: the domain may have run out, or the name is wrong."),
    "unreachable": lazy("Its server must accept connections from the internet: it may be down, or a firewall is shut."),
    "certificateinvalid": lazy("Its certificate must be renewed, complete, and made for this name."),
    "tooslow": lazy("Its server must answer within ten seconds: it may be overloaded, or a firewall is silent."),
    "toolarge": lazy("Its server sends far more than a page: it may not be a web server."),
    "answerunreadable": lazy("Its server must speak HTTP under this address and port."),
    "toomanyredirects": lazy("Its server sends visitors round in circles: see $CFG->wwwroot and the proxy before it."),
    "addressrefused": lazy("Its name leads into a private network: from outside nobody reaches it."),
    "urlrefused": lazy("Its URL cannot be used: correct it."),
    "badstatus": lazy("Its front page answers with an error: the address may have changed, or Moodle is broken there."),
}
_HEIGHTS = {Reachability.UNKNOWN: 4, Reachability.REACHABLE: 14, Reachability.FAILING: 26, Reachability.UNREACHABLE: 38}
_WIDTH, STEP, HEIGHT = 8, 10, 40
NEWEST = 6

WORDS: dict[Reachability, LazyString] = {
    Reachability.UNKNOWN: lazy("not asked yet"),
    Reachability.REACHABLE: lazy("answers"),
    Reachability.FAILING: lazy("does not answer lately"),
    Reachability.UNREACHABLE: lazy("unreachable"),
}


@dataclass(frozen=True)
class Bar:
    """A day in the strip: the higher, the worse."""

    day: Day
    x: int
    y: int
    width: int
    height: int


def add() -> None:
    """Put it on the page."""
    add_section("checks", 25, _shown, heading=lazy("Does it answer?"))


def _shown(site: Site) -> dict[str, Any]:
    days = checks.days(site)
    return {
        "sentences": list(sentences(site)),
        "bars": bars(days),
        "size": (len(days) * STEP, HEIGHT),
        "checks": checks.newest(site, NEWEST),
        "cures": CURES,
        "words": WORDS,
    }


def bars(days: Sequence[Day]) -> list[Bar]:
    """The days as bars, in the units of the strip's view box."""
    return [
        Bar(day, at * STEP, HEIGHT - _HEIGHTS[day.state], _WIDTH, _HEIGHTS[day.state]) for at, day in enumerate(days)
    ]


def sentences(site: Site) -> list[str]:
    """How it stands, what was done about it, and when it is asked next."""
    return [str(each) for each in (_state(site), _heard(site), _step(site), _next(site)) if each]


def _state(site: Site) -> object:
    if site.unreachable_since is None:
        return _("It answered when it was asked last.") if site.checked_at else _("It has not been asked yet.")
    values = {"day": format_date(site.unreachable_since, "medium"), "count": site.failure_count}
    if site.reachability is Reachability.UNREACHABLE:
        return _("It has not answered since %(day)s, asked %(count)s times.", **values)
    return _("It has not answered since %(day)s, asked %(count)s times: too early to say anything.", **values)


def _heard(site: Site) -> object:
    if site.heard_at is None or site.unreachable_since is None or site.heard_at < site.unreachable_since:
        return ""
    return _("It called the hub on %(day)s, so it is in use.", day=format_date(site.heard_at, "medium"))


def _step(site: Site) -> object:
    if site.outage_step_at is None or site.unreachable_since is None:
        return ""
    told = {
        OutageStep.NONE: "",
        OutageStep.TOLD: _("Its contact was told on %(day)s."),
        OutageStep.WARNED: _("Its contact was warned on %(day)s; it is hidden on %(hiding)s unless it answers."),
        OutageStep.HIDDEN: _("It was hidden on %(day)s, and comes back by itself when it answers."),
        OutageStep.ASKED: _("On %(day)s it was left to moderators to decide."),
    }[site.outage_step]
    hiding = checks.hiding_day(site)
    return told % {
        "day": format_date(site.outage_step_at, "medium"),
        "hiding": format_date(hiding, "medium") if hiding else "",
    }


def _next(site: Site) -> object:
    if not site.live:
        return _("It is not with us any more, so nobody asks it.")
    if not declared.current("checksites"):
        return _("Sites are not asked at present: an administrator switched it off.")
    if site.next_check_at <= clock.now():
        return _("It is asked as soon as its turn comes.")
    return _("It is asked next on %(moment)s UTC.", moment=format_datetime(site.next_check_at, "medium", rebase=False))
