"""Carries the decision about an arriving site out: its row, its token, the event, the mails, and where it goes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import singledispatch

from hub import clock
from hub.errors import HubError
from hub.events.record import Event, record, times
from hub.extensions import db
from hub.registration import blocking, changes, contacts, mails, moving, replacing
from hub.registration.arrival import Arrival, HandOver, confirmation, renewal
from hub.registration.decisions import (
    AskMovedOrCopied,
    AskToMove,
    AskToReplace,
    ChangePath,
    Choice,
    Decision,
    Join,
    Known,
    RegisterAgain,
    Return,
    SendForNewSecret,
    decide,
)
from hub.registration.models import Attempt, Move
from hub.settings import declared
from hub.sites import checks, identity, listing, matters, standing
from hub.sites.models import MatterKind, Site, SiteState
from hub.sites.standing import Change
from hub.tokens import issuing
from hub.tokens.issuing import Reason
from hub.tokens.services import Service


@dataclass(frozen=True)
class Question:
    """The administrator must say whether this site was moved or copied."""

    site: Site


@dataclass(frozen=True)
class MoveWaits:
    """The move was noted; somebody else decides."""

    site: Site
    move: Move


@dataclass(frozen=True)
class Refused:
    """The visitor is told this; what was noted stays noted, and he can prove that the URL is his."""

    error: HubError
    attempt: Attempt


Outcome = HandOver | Question | MoveWaits | Refused


def register(arrival: Arrival, choice: Choice | None = None) -> Outcome:
    """Decide about an arriving site that answered, and carry the decision out.

    SecretBlocked when its secret was blocked while the site was asked.
    """
    known = look_up(arrival)
    blocking.require_free(arrival.secret)
    return carry_out(decide(arrival.key, known, choice), arrival)


def look_up(arrival: Arrival) -> Known:
    """What the hub knows about the URL and the secret that arrive; those rows are kept from changing meanwhile."""
    by_url, by_secret = listing.hold_known(arrival.key, arrival.secret_hash)
    if by_url is not None or by_secret is not None:
        return Known(by_url, by_secret)
    return Known(
        returning=listing.hold_returning(arrival.key, arrival.secret_hash), before=listing.find_left(arrival.key)
    )


@singledispatch
def carry_out(decision: Decision, arrival: Arrival) -> Outcome:
    """Do what was decided; the outcome says what the browser gets."""
    raise TypeError(f"nobody carries out {decision!r}")


@carry_out.register
def _join(decision: Join, arrival: Arrival) -> Outcome:
    now = clock.now()
    site = Site(
        url=arrival.details.url, url_key=arrival.key, address=arrival.address, registered_at=now, modified_at=now
    )
    identity.adopt(site, arrival.secret)
    arrival.details.describe(site, completely=True)
    site.contact_email = arrival.details.contact_email
    db.session.add(site)
    standing.joined(site)
    record(Event.SITE_REGISTERED, site, by=site, name=site.name, url=site.url, address=arrival.address)
    before = decision.after
    unwelcome = before is not None and (before.state is SiteState.REMOVED or before.hidden_by_moderator)
    if before is not None and unwelcome:
        matters.open_matter(site, MatterKind.RETURNED, before=before.id)
    mails.site_registered(site, returned=unwelcome)
    mails.site_welcome(site)
    return _handed_over(site, arrival)


@carry_out.register
def _return(decision: Return, arrival: Arrival) -> Outcome:
    """The row again, but neither its trust nor its courses: they were withdrawn when it left."""
    site = decision.site
    removed = site.state is SiteState.REMOVED
    with standing.changing(site, Change.RETURNED):
        site.state, site.left_at = SiteState.LIVE, None
    identity.adopt(site, arrival.secret)
    site.registered_at = clock.now()
    _take_in(site, arrival)
    record(Event.SITE_RETURNED, site, by=site, name=site.name, url=site.url, address=arrival.address)
    if removed:
        matters.open_matter(site, MatterKind.RETURNED, before=site.id)
    mails.site_registered(site, returned=True)
    return _handed_over(site, arrival)


@carry_out.register
def _register_again(decision: RegisterAgain, arrival: Arrival) -> Outcome:
    _take_in(decision.site, arrival)
    record(Event.SITE_REGISTERED_AGAIN, decision.site, by=decision.site, address=arrival.address)
    _tell_contact(decision.site, arrival)
    return _handed_over(decision.site, arrival)


@carry_out.register
def _ask_moved_or_copied(decision: AskMovedOrCopied, arrival: Arrival) -> Outcome:
    return Question(decision.site)


@carry_out.register
def _change_path(decision: ChangePath, arrival: Arrival) -> Outcome:
    issuing.revoke_all(decision.site.id, Reason.SITE_MOVED)
    record(Event.SITE_MOVED, decision.site, by=decision.site, old=decision.site.url, new=arrival.details.url)
    _take_in(decision.site, arrival)
    _tell_contact(decision.site, arrival)
    return _handed_over(decision.site, arrival)


@carry_out.register
def _ask_to_move(decision: AskToMove, arrival: Arrival) -> Outcome:
    destination = moving.Destination(arrival.details, arrival.key, arrival.secret, arrival.huburl, arrival.address)
    return MoveWaits(decision.site, moving.ask(decision.site, destination))


@carry_out.register
def _send_for_new_secret(decision: SendForNewSecret, arrival: Arrival) -> Outcome:
    record(Event.SITE_COPIED, decision.site, by=decision.site, copy=arrival.details.url)
    return renewal(arrival.details.url, huburl=arrival.huburl, secret=arrival.secret, hub_name=declared.current("name"))


@carry_out.register
def _ask_to_replace(decision: AskToReplace, arrival: Arrival) -> Outcome:
    asked = replacing.ask(decision.holder, arrival)
    return Refused(asked.answer, asked.attempt)


def _tell_contact(site: Site, arrival: Arrival) -> None:
    """Whoever knows the secret can fetch a token: the contact of a site in use hears of it, at most once a day."""
    lately = clock.now() - timedelta(days=1)
    in_use = site.confirmed_at is not None or site.updated_at is not None
    if in_use and times(site, lately, Event.SITE_REGISTERED_AGAIN, Event.SITE_MOVED) <= 1:
        mails.registered_again(site, contacts.confirming(site, clock.now()), address=arrival.address)


def _take_in(site: Site, arrival: Arrival) -> None:
    changes.apply(site, arrival.details, completely=False, by=site, now=clock.now(), key=arrival.key)
    checks.heard(site.id)
    site.address = arrival.address


def _handed_over(site: Site, arrival: Arrival) -> HandOver:
    return confirmation(
        site.url,
        newtoken=issuing.issue(Service.SITE, site.id),
        huburl=arrival.huburl,
        secret=arrival.secret,
        hub_name=declared.current("name"),
    )
