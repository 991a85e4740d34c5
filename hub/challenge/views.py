"""The page between a site's redirect and its registration, when the hub asks for a challenge there."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue

from hub import challenge, ratelimits
from hub.challenge.proof import FIELDS
from hub.database import retrying
from hub.extensions import db
from hub.proxies import neighbourhood
from hub.registration.arrival import Arrival
from hub.runtime import allow_form_target
from hub.settings import emergency
from hub.sites.identity import origin
from hub.sites.models import Site, SiteState

FORM = "registration"
_OWN = {"csrf_token", *FIELDS}
_ANSWERS = {"action", "freshmoodletokenconf", "deny"}  # from an address they mean nothing, and must not begin to


def stop(arrival: Arrival, given: Mapping[str, str]) -> ResponseReturnValue | None:
    """The page that keeps the arriving site for a moment; nothing when it may go on.

    A site whose secret the hub knows always goes on; any other meets the challenge, and NewSitesPaused before it.
    """
    emergency.require_writable()
    live = _known(arrival, SiteState.LIVE)
    if not live:
        emergency.require_new_sites()
    if live or _known(arrival) or not challenge.required(FORM):
        _count_late()
        return None
    payload = challenge.Payload.parse(given, request.remote_addr or "")
    if not (payload.solution or payload.waited):
        return _page(arrival, given, payload)
    try:
        retrying(db.session, lambda: challenge.require(FORM, payload))
    except challenge.ChallengeMissing as missing:
        return _page(arrival, given, payload, missing.message), missing.status
    return None


def _count_late() -> None:
    if ratelimits.fetches_challenge():
        ratelimits.spend(ratelimits.REGISTRATIONS, neighbourhood(request.remote_addr or ""))


def _known(arrival: Arrival, *states: SiteState) -> bool:
    known = sa.select(Site.id).where(Site.secret_hash == arrival.secret_hash).limit(1)
    return db.session.scalar(known.where(Site.state.in_(states)) if states else known) is not None


def _page(arrival: Arrival, given: Mapping[str, str], payload: challenge.Payload, *errors: str) -> str:
    allow_form_target(origin(arrival.details.url))
    return render_template(
        "registration/challenge.html",
        site=arrival.details,
        carried={name: value for name, value in given.items() if _carries(name)},
        asked=challenge.ask(FORM, payload),
        errors=errors,
    )


def _carries(name: str) -> bool:
    return name not in _OWN and (name not in _ANSWERS or name in request.form)
