"""How often somebody may do something: limits as data, their numbers as settings, one way to say that it is enough."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import redis
from flask import Flask, request
from flask_babel import lazy_gettext as _
from limits import RateLimitItemPerHour

from hub import fields
from hub.challenge import proof as challenge
from hub.extensions import limiter
from hub.proxies import neighbourhood
from hub.settings import declared
from hub.settings.declared import declare
from hub.settings.sections import Section
from hub.webservices.faults import RateLimited

log = logging.getLogger(__name__)

registrationsperhour = declare(
    "registrationsperhour",
    fields.integer_or_none,
    30,
    label=_("Registrations per address and hour"),
    help=_("How often sites may register from one internet address in an hour. Empty: no limit."),
    section=Section.LIMITS,
)
callsperhour = declare(
    "callsperhour",
    fields.integer_or_none,
    360_000,
    label=_("Calls per address and hour"),
    help=_("How many web-service calls one internet address may make in an hour. Empty: no limit."),
    section=Section.LIMITS,
)


@dataclass(frozen=True)
class Limit:
    """Something that is limited per hour; ``setting`` names the setting that says how much is allowed."""

    name: str
    setting: str


REGISTRATIONS = Limit("registrations", registrationsperhour.name)
CALLS = Limit("calls", callsperhour.name)
NEW_URLS = Limit("new URLs", registrationsperhour.name)  # of updates: each makes us ask a server that the caller names

_REGISTRATION = "/local/hub/siteregistration.php"
_WEB_SERVICES = "/local/hub/webservice/webservices.php"


def init_app(app: Flask) -> None:
    """Watch the limited doors."""
    app.before_request(_watch_doors)


def spend(limit: Limit, who: str) -> None:
    """Count one more for ``who``; RateLimited, with the seconds to wait, when that is more than allowed."""
    most = declared.current(limit.setting)
    if not limiter.enabled or most is None:
        return
    item = RateLimitItemPerHour(most)
    try:
        if most == 0 or not limiter.limiter.hit(item, limit.name, who):
            raise RateLimited(_seconds_to_wait(item, limit, who))
    except redis.RedisError as error:
        log.warning("nobody is counted while the server of HUB_RATELIMIT_URL is away: %s", error)


def _seconds_to_wait(item: RateLimitItemPerHour, limit: Limit, who: str) -> int:
    free_again_at = limiter.limiter.get_window_stats(item, limit.name, who).reset_time
    return max(1, int(free_again_at - time.time()) + 1)


def _watch_doors() -> None:
    """Count calls, and requests that carry a site; looking at the page, and our own forms on it, cost nothing.

    Neither does a request that only fetches the challenge: the one that brings its solution is counted.
    """
    door = request.url_rule.rule if request.url_rule else ""
    if door == _WEB_SERVICES:
        spend(CALLS, neighbourhood(request.remote_addr or ""))
    elif door == _REGISTRATION and _carries_a_site() and not fetches_challenge():
        spend(REGISTRATIONS, neighbourhood(request.remote_addr or ""))


def _carries_a_site() -> bool:
    return any(request.values.getlist("url"))  # an empty one must not hide another


def fetches_challenge() -> bool:
    """Whether the site that this request carries will meet the challenge, if the hub does not know it."""
    brought = any(request.values.get(name) for name in (challenge.SOLUTION, challenge.WAITED))
    return not brought and challenge.required("registration")
