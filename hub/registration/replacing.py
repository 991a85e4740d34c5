"""A fresh Moodle on a URL that is taken: the contact of the site that holds the URL decides, by a mailed link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from hub import clock
from hub.errors import HubError
from hub.events.record import VISITOR, Actor, Event, record
from hub.extensions import db
from hub.proxies import neighbourhood
from hub.registration import blocking, blocks, changes, contacts, leaving, links, mails
from hub.registration.arrival import Arrival, HandOver, confirmation
from hub.registration.models import Attempt, AttemptState, Concerned
from hub.sealing import sealed, unsealed
from hub.settings import declared
from hub.sites import identity, listing, matters
from hub.sites.contact_link import LinkInvalid
from hub.sites.details import SiteDetails
from hub.sites.identity import host_of
from hub.sites.models import MatterKind, Site
from hub.tokens import issuing
from hub.tokens.issuing import Reason
from hub.tokens.services import Service

BETWEEN_MAILS = timedelta(days=1)
LASTS = timedelta(days=7)
MOST_OPEN = 10  # more than LASTS / BETWEEN_MAILS: those that were mailed never fill all places
MOST_UNMAILED_PER_ADDRESS = 2


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


class AttemptNotFound(HubError):
    """This attempt waits for nobody: it was decided, it is too old, or there never was one."""

    key = "attemptnotfound"
    status = 404

    def __init__(self) -> None:
        super().__init__("This site does not wait any more: it was decided, or it is too old. Look at what waits.")


class SecretElsewhere(HubError):
    """The secret that asks for this URL is that of a registered site at another host."""

    key = "sitesecretalreadyexist"
    status = 409

    def __init__(self, elsewhere: Site) -> None:
        super().__init__(
            f"The site that asks has the same secret as {elsewhere.url}, which is registered too and has another "
            "contact: letting it in would end that registration. Let it register as a copy, so that it gets a secret "
            "of its own, or ask a moderator of this hub."
        )


@dataclass(frozen=True)
class Asked:
    """What the visitor is told, and the attempt that was noted."""

    answer: HubError
    attempt: Attempt


def ask(holder: Site, arrival: Arrival) -> Asked:
    """Note the attempt and mail whoever decides for the URL, at most once a day; or AttemptBlocked."""
    now = clock.now()
    blocks.require_welcome(holder, Concerned.ATTEMPT, address=arrival.address, secret_hash=arrival.secret_hash)
    attempt = _noted(holder, arrival, now)
    if _mailed_lately(holder, now):
        return Asked(UrlTakenAlreadyAsked(holder.url), attempt)
    record(Event.URL_TAKEN, holder, by=VISITOR, attempt=attempt.id, name=arrival.details.name)
    _mail(holder, attempt, now)
    return Asked(UrlTaken(holder.url), attempt)


def _mail(holder: Site, attempt: Attempt, now: datetime) -> None:
    attempt.mailed_at, attempt.mailed_to = now, contacts.confirming(holder, now)
    mails.url_taken(
        holder,
        attempt.mailed_to,
        newcomer=attempt.details.get("name") or attempt.details.get("url", ""),
        link_token=link_token(attempt),
        days=LASTS.days,
    )


def _noted(holder: Site, arrival: Arrival, now: datetime) -> Attempt:
    """The open attempt of this secret on the site's URL, with what it says now."""
    waiting = open_attempts(holder, now)
    attempt = next((each for each in waiting if each.secret_hash == arrival.secret_hash), None)
    if attempt is None:
        _expire(holder, now)
        if (displaced := displaced_by(arrival.address, waiting)) is not None:
            _decide(displaced, AttemptState.EXPIRED, now)
        attempt = Attempt(
            site_id=holder.id,
            secret_hash=arrival.secret_hash,
            secret=sealed(arrival.secret),
            link_hash="",
            opened_at=now,
        )
        db.session.add(attempt)
    attempt.details, attempt.huburl = arrival.details.wire_form(), arrival.huburl
    attempt.address = arrival.address
    db.session.flush()
    attempt.link_hash = issuing.hashed(link_token(attempt))
    return attempt


def displaced_by(address: str, waiting: Sequence[Attempt]) -> Attempt | None:
    """Which of those who wait, oldest first, gives way to a newcomer from this address; nobody while there is room.

    Whoever was mailed about stays, as the link must not lead to somebody else. Of the others, one address has two
    places, and when all places are taken the oldest gives way: nobody can keep others out by asking often.
    """
    unmailed = [each for each in waiting if each.mailed_at is None]
    own = [each for each in unmailed if neighbourhood(each.address) == neighbourhood(address)]
    if len(own) >= MOST_UNMAILED_PER_ADDRESS:
        return own[0]
    return unmailed[0] if len(waiting) >= MOST_OPEN and unmailed else None


def link_token(attempt: Attempt) -> str:
    """What the mailed link and the form of this attempt carry; it admits this attempt's secret and no other."""
    return links.token("attempt", attempt.id, attempt.site_id, attempt.secret_hash)


def _mailed_lately(site: Site, now: datetime) -> bool:
    last = db.session.scalar(sa.select(sa.func.max(Attempt.mailed_at)).where(Attempt.site_id == site.id))
    return last is not None and now - last < BETWEEN_MAILS


def waiting(now: datetime) -> sa.Select[Attempt]:
    """Every attempt that waits for a decision, oldest first."""
    return sa.select(Attempt).where(Attempt.state == AttemptState.OPEN, _fresh(now)).order_by(Attempt.id)


def open_attempts(site: Site, now: datetime) -> list[Attempt]:
    """Who waits for the site's URL, oldest first."""
    return list(db.session.scalars(waiting(now).where(Attempt.site_id == site.id)))


def get_open(attempt_id: int) -> Attempt:
    """The attempt of this number; AttemptNotFound when it does not wait."""
    attempt = db.session.scalar(waiting(clock.now()).where(Attempt.id == attempt_id))
    if attempt is None:
        raise AttemptNotFound
    return attempt


def expires_at(attempt: Attempt) -> datetime:
    """When the attempt ends by itself, unless its contact is asked again."""
    return (attempt.mailed_at or attempt.opened_at) + LASTS


def _fresh(now: datetime) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(Attempt.mailed_at, Attempt.opened_at) > now - LASTS


def get_asked(site_id: int, token: str) -> tuple[Site, list[Attempt]]:
    """The site and everybody who waits for its URL, for the holder of a mailed link; LinkInvalid otherwise."""
    _by_link(site_id, token)
    site = listing.get(site_id)
    return site, open_attempts(site, clock.now())


def _by_link(site_id: int, token: str) -> Attempt:
    asked = waiting(clock.now()).where(Attempt.link_hash == issuing.hashed(token), Attempt.site_id == site_id)
    attempt = db.session.scalar(asked)
    if attempt is None:
        raise LinkInvalid
    if attempt.mailed_at is not None:
        contacts.require_still_asked(listing.get(site_id), attempt.mailed_to)
    return attempt


@dataclass(frozen=True)
class Held:
    """An attempt and the sites it touches, kept from changing until the transaction ends."""

    attempt: Attempt
    holder: Site
    elsewhere: Site | None  # a site of another URL with the same secret


def hold(attempt: Attempt) -> Held:
    """Keep everything about this attempt from changing; AttemptNotFound when it was decided meanwhile.

    Sites are held before attempts, by everybody: two who decide at once wait for each other, and the second is told.
    """
    holder, elsewhere = listing.hold_known(listing.get(attempt.site_id).url_key, attempt.secret_hash)
    db.session.refresh(attempt, with_for_update=True)
    if attempt.state is not AttemptState.OPEN or holder is None or not _still_about(attempt, holder):
        raise AttemptNotFound
    return Held(attempt, holder, elsewhere if elsewhere is not holder else None)


def _still_about(attempt: Attempt, holder: Site) -> bool:
    """Whether that site still holds the URL that was asked for: it may live at another path or host by now."""
    return holder.id == attempt.site_id and identity.url_key(attempt.details["url"]) == holder.url_key


def accept(site_id: int, token: str, *, by: Actor) -> HandOver:
    """The holder of the mailed link lets the waiting site in; where the browser goes with the new token.

    He decides for the site that holds the URL, and for no other: SecretElsewhere when another one would end.
    """
    attempt = _by_link(site_id, token)
    _require_same_hands(hold(attempt))
    secret, huburl = unsealed(attempt.secret), attempt.huburl
    site = admit(attempt, by=by)
    return confirmation(
        attempt.details["url"],
        newtoken=issuing.issue(Service.SITE, site.id),
        huburl=huburl,
        secret=secret,
        hub_name=declared.current("name"),
    )


def _require_same_hands(held: Held) -> None:
    """Raise SecretElsewhere unless the same people decide for both sites, or both are on one host."""
    if held.elsewhere is None or host_of(held.elsewhere.url_key) == host_of(held.holder.url_key):
        return
    now = clock.now()
    here, there = contacts.confirming(held.holder, now), contacts.confirming(held.elsewhere, now)
    if not here or here.casefold() != there.casefold():
        raise SecretElsewhere(held.elsewhere)


def admit(attempt: Attempt, *, by: Actor, reason: str = "") -> Site:
    """The waiting site takes the URL, the row and the courses over; the old installation's token dies at once.

    Its administrator registers it again, and it is known. SecretBlocked when its secret was blocked while it waited.
    """
    held = hold(attempt)
    blocking.require_free(unsealed(attempt.secret))
    now, details, site = clock.now(), SiteDetails.parse(attempt.details), held.holder
    if held.elsewhere is not None:
        leaving.give_way(held.elsewhere, by=by, reason="its secret continues under another URL")
        db.session.flush()
    identity.adopt(site, unsealed(attempt.secret))
    issuing.revoke_all(site.id, Reason.SITE_REPLACED)
    record(Event.SITE_REPLACED, site, by=by, attempt=attempt.id, reason=reason)
    changes.apply(site, details, completely=False, by=site, now=now, key=site.url_key)
    _decide(attempt, AttemptState.ACCEPTED, now)
    close_others(site, AttemptState.EXPIRED, now)
    return site


def admit_by_moderator(attempt: Attempt, *, by: Actor, reason: str = "") -> None:
    """A moderator lets the waiting site in, and both sides are told: no browser of theirs is here to be sent on."""
    asked, details = attempt.mailed_to, SiteDetails.parse(attempt.details)
    site = admit(attempt, by=by, reason=reason)
    mails.attempt_decided(site, asked, details.contact_email)


def deny(site_id: int, token: str, *, by: Actor) -> Site:
    """The holder of the mailed link says: this was not me. All who wait are sent away for a week; moderators hear."""
    site = listing.hold(site_id)
    _by_link(site_id, token)
    denied = close_others(site, AttemptState.DENIED, clock.now())
    for attempt in denied:
        blocks.keep_out_attempt(attempt, reason="the contact says: this was not me")
    record(Event.URL_ATTEMPT_BLOCKED, site, by=by, attempts=[attempt.id for attempt in denied])
    matters.open_matter(site, MatterKind.STRANGER, asked_for=site.url, came_from=_addresses(denied))
    mails.stranger(site, asked_for=site.url, addresses=_addresses(denied))
    return site


def _addresses(attempts: Sequence[Attempt]) -> list[str]:
    return list(dict.fromkeys(attempt.address for attempt in attempts if attempt.address))


def refuse(attempt: Attempt, *, by: Actor, reason: str = "") -> None:
    """A moderator refuses: the registered site stays, the other may ask again."""
    held = hold(attempt)
    _decide(attempt, AttemptState.DENIED, clock.now())
    record(Event.URL_ATTEMPT_DENIED, held.holder, by=by, attempts=[attempt.id], reason=reason)


def block(attempt: Attempt, *, by: Actor, reason: str = "") -> None:
    """A moderator refuses and sends the other away for a week."""
    held = hold(attempt)
    _decide(attempt, AttemptState.DENIED, clock.now())
    blocks.keep_out_attempt(attempt, reason=reason)
    record(Event.URL_ATTEMPT_BLOCKED, held.holder, by=by, attempts=[attempt.id], reason=reason)


def ask_again(attempt: Attempt, *, by: Actor, reason: str = "") -> None:
    """Mail whoever decides for the URL once more; the attempt waits for another week."""
    held = hold(attempt)
    _mail(held.holder, attempt, clock.now())
    record(Event.CONFIRMATION_ASKED_AGAIN, held.holder, by=by, attempt=attempt.id, to=attempt.mailed_to, reason=reason)


def note_accepted(attempt: Attempt) -> None:
    """The attempt was let in."""
    _decide(attempt, AttemptState.ACCEPTED, clock.now())


def close_others(site: Site, state: AttemptState, now: datetime) -> list[Attempt]:
    """Decide about everybody who still waits for the site's URL in this way; who they were."""
    db.session.flush()
    still = list(
        db.session.scalars(
            sa.select(Attempt)
            .where(Attempt.site_id == site.id, Attempt.state == AttemptState.OPEN)
            .order_by(Attempt.id)
            .with_for_update()
        )
    )
    for attempt in still:
        _decide(attempt, state, now)
    return still


def _decide(attempt: Attempt, state: AttemptState, now: datetime) -> None:
    attempt.state, attempt.decided_at, attempt.secret = state, now, ""
    db.session.flush()


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
