"""A fresh Moodle on a URL that is taken: the contact of the site that holds the URL decides, by a mailed link."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from hub import clock
from hub.errors import HubError
from hub.events.record import VISITOR, Actor, Event, record
from hub.extensions import db
from hub.registration import changes, contacts, leaving, links, mails
from hub.registration.arrival import Arrival, HandOver, confirmation
from hub.registration.models import Attempt, AttemptState
from hub.sealing import sealed, unsealed
from hub.settings import declared
from hub.sites import identity, listing
from hub.sites.contact_link import LinkInvalid
from hub.sites.details import SiteDetails
from hub.sites.models import Site
from hub.tokens import issuing
from hub.tokens.issuing import Reason
from hub.tokens.services import Service

BETWEEN_MAILS = timedelta(days=1)
LASTS = timedelta(days=7)
MOST_OPEN = 5


class UrlTaken(HubError):
    """A site with another secret holds the URL; its contact was asked just now."""

    key = "freshmoodleregistrationerror"
    status = 409

    def __init__(self, url: str) -> None:
        super().__init__(
            f"A site is registered under {url} already, and it had another secret than yours. The hub has just mailed "
            "the contact of that site: open the link in the mail to let your site take its place, "
            "then register again if it does not go on by itself."
        )


class UrlTakenAlreadyAsked(HubError):
    """A site with another secret holds the URL; its contact was asked less than a day ago."""

    key = "freshmoodleregistrationerror2"
    status = 409

    def __init__(self, url: str) -> None:
        super().__init__(
            f"A site is registered under {url} already, and less than a day ago the hub mailed its contact. "
            "Open the link in that mail to let your site take its place. "
            "If nothing has arrived, look among unwanted mail, and try again tomorrow."
        )


def ask(holder: Site, arrival: Arrival) -> HubError:
    """Note the attempt and mail whoever decides for the URL, at most once a day; what to tell the visitor."""
    now = clock.now()
    attempt = _noted(holder, arrival, now)
    if attempt is None or _mailed_lately(holder, now):
        return UrlTakenAlreadyAsked(holder.url)
    attempt.mailed_at = now
    record(Event.URL_TAKEN, holder, by=VISITOR, attempt=attempt.id, name=arrival.details.name)
    mails.url_taken(
        holder,
        contacts.confirming(holder, now),
        newcomer=arrival.details.name or arrival.details.url,
        link_token=link_token(attempt),
        days=LASTS.days,
    )
    return UrlTaken(holder.url)


def _noted(holder: Site, arrival: Arrival, now: datetime) -> Attempt | None:
    """The open attempt of this secret on the site's URL; nothing when too many others wait already."""
    waiting = {each.secret_hash: each for each in open_attempts(holder, now)}
    attempt = waiting.get(arrival.secret_hash)
    if attempt is None:
        if len(waiting) >= MOST_OPEN:
            return None
        _expire(holder, now)
        attempt = Attempt(
            site_id=holder.id,
            secret_hash=arrival.secret_hash,
            secret=sealed(arrival.secret),
            link_hash="",
            opened_at=now,
        )
        db.session.add(attempt)
    attempt.details, attempt.huburl = arrival.details.wire_form(), arrival.huburl
    db.session.flush()
    attempt.link_hash = issuing.hashed(link_token(attempt))
    return attempt


def link_token(attempt: Attempt) -> str:
    """What the mailed link and the form of this attempt carry; it admits this attempt's secret and no other."""
    return links.token("attempt", attempt.id, attempt.site_id, attempt.secret_hash)


def _mailed_lately(site: Site, now: datetime) -> bool:
    last = db.session.scalar(sa.select(sa.func.max(Attempt.mailed_at)).where(Attempt.site_id == site.id))
    return last is not None and now - last < BETWEEN_MAILS


def open_attempts(site: Site, now: datetime) -> list[Attempt]:
    """Who waits for the site's URL, oldest first."""
    waiting = sa.select(Attempt).where(Attempt.site_id == site.id, Attempt.state == AttemptState.OPEN, _fresh(now))
    return list(db.session.scalars(waiting.order_by(Attempt.id)))


def _fresh(now: datetime) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(Attempt.mailed_at, Attempt.opened_at) > now - LASTS


def get_asked(site_id: int, token: str) -> tuple[Site, list[Attempt]]:
    """The site and everybody who waits for its URL, for the holder of a mailed link; LinkInvalid otherwise."""
    _by_link(site_id, token)
    site = listing.get(site_id)
    return site, open_attempts(site, clock.now())


def _by_link(site_id: int, token: str) -> Attempt:
    found = sa.select(Attempt).where(
        Attempt.link_hash == issuing.hashed(token),
        Attempt.site_id == site_id,
        Attempt.state == AttemptState.OPEN,
        _fresh(clock.now()),
    )
    attempt = db.session.scalar(found.with_for_update())
    if attempt is None:
        raise LinkInvalid
    return attempt


def accept(site_id: int, token: str, *, by: Actor) -> HandOver:
    """The waiting site takes the URL, the row and the courses over; the old installation's token dies at once."""
    attempt = _by_link(site_id, token)
    now, secret = clock.now(), unsealed(attempt.secret)
    details = SiteDetails.parse(attempt.details)
    site, elsewhere = listing.hold_known(listing.get(site_id).url_key, attempt.secret_hash)
    if site is None:
        raise LinkInvalid
    if elsewhere is not None and elsewhere is not site:
        leaving.give_way(elsewhere, by=by)
        db.session.flush()
    identity.adopt(site, secret)
    issuing.revoke_all(site.id, Reason.SITE_REPLACED)
    record(Event.SITE_REPLACED, site, by=by, attempt=attempt.id)
    changes.apply(site, details, completely=False, by=by, now=now, key=site.url_key)
    attempt.state, attempt.decided_at, attempt.secret = AttemptState.ACCEPTED, now, ""
    _close_others(site, AttemptState.EXPIRED, now)
    return confirmation(
        details.url,
        newtoken=issuing.issue(Service.SITE, site.id),
        huburl=attempt.huburl,
        secret=secret,
        hub_name=declared.current("name"),
    )


def deny(site_id: int, token: str, *, by: Actor) -> Site:
    """Nobody who waits gets the URL: the contact did not ask for it."""
    site = listing.hold(site_id)
    _by_link(site_id, token)
    denied = _close_others(site, AttemptState.DENIED, clock.now())
    record(Event.URL_ATTEMPT_DENIED, site, by=by, attempts=denied)
    return site


def _close_others(site: Site, state: AttemptState, now: datetime) -> list[int]:
    db.session.flush()
    waiting = list(
        db.session.scalars(sa.select(Attempt).where(Attempt.site_id == site.id, Attempt.state == AttemptState.OPEN))
    )
    for attempt in waiting:
        attempt.state, attempt.decided_at, attempt.secret = state, now, ""
    return [attempt.id for attempt in waiting]


def _expire(site: Site, now: datetime) -> None:
    _end(sa.and_(Attempt.site_id == site.id, sa.not_(_fresh(now))), now)


def expire_all(now: datetime) -> int:
    """End what nobody decided within a week, and forget the secrets that it held; how many attempts ended."""
    return _end(sa.not_(_fresh(now)), now)


def _end(which: sa.ColumnElement[bool], now: datetime) -> int:
    ended = sa.update(Attempt).where(Attempt.state == AttemptState.OPEN, which)
    ids = db.session.scalars(
        ended.values(state=AttemptState.EXPIRED, decided_at=now, secret="").returning(Attempt.id),
        execution_options={"synchronize_session": "fetch"},
    )
    return len(ids.all())
