"""A site says that it lives on another host: the new URL waits, the old one stays, and trust pauses meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from hub import clock
from hub.errors import HubError
from hub.events.record import Actor, Event, job, record
from hub.extensions import db
from hub.registration import blocks, changes, contacts, links, mails
from hub.registration.arrival import HandOver, confirmation
from hub.registration.models import Concerned, Move, MoveState
from hub.sealing import sealed, unsealed
from hub.settings import declared
from hub.sites import listing, matters, moderation
from hub.sites.contact_link import LinkInvalid
from hub.sites.details import SiteDetails
from hub.sites.models import MatterKind, Site
from hub.tokens import issuing
from hub.tokens.issuing import Reason
from hub.tokens.services import Service

BETWEEN_MOVES = timedelta(days=1)
LASTS = timedelta(days=14)

_TIME = job("expire-moves")  # who ends what nobody decided


class MoveNotFound(HubError):
    """This move waits for nobody: it was decided, it is too old, or there never was one."""

    key = "movenotfound"
    status = 404

    def __init__(self) -> None:
        super().__init__("This move does not wait any more: it was decided, or it is too old. Look at what waits.")


@dataclass(frozen=True)
class Destination:
    """Where a site says it lives now; ``secret`` and ``huburl`` are known when it said so in a registration."""

    details: SiteDetails
    key: str
    secret: str = ""
    huburl: str = ""
    address: str = ""


def ask(site: Site, destination: Destination) -> Move:
    """Let the new URL wait, and tell the old contact and the moderators. The move that waits then.

    The same move asked again changes nothing, and at most one other a day takes its place: a site that is copied
    often must not flood its contact. AttemptBlocked for a move that the contact sent away.
    """
    now = clock.now()
    blocks.require_welcome(site, Concerned.MOVE, address=destination.address, url_key=destination.key)
    last = db.session.scalar(_undecided().where(Move.site_id == site.id))
    if last is not None and now < expires_at(last):
        if last.new_url_key == destination.key or now - last.asked_at < BETWEEN_MOVES:
            return last
        _end(last, MoveState.REFUSED)
    elif last is not None:
        _expire(last, site)
    move = _noted(site, destination)
    moderation.pause_trust(site)
    matters.open_matter(site, MatterKind.MOVE, move=move.id, url=move.new_url)
    record(Event.SITE_MOVE_ASKED, site, by=site, url=move.new_url)
    _mail(site, move, now)
    return move


def _mail(site: Site, move: Move, now: datetime) -> None:
    move.mailed_at, move.mailed_to = now, contacts.confirming(site, now)
    mails.move_asked(site, move.mailed_to, new_url=move.new_url, link_token=link_token(move), days=LASTS.days)


def _noted(site: Site, destination: Destination) -> Move:
    move = Move(
        site_id=site.id,
        new_url=destination.details.url,
        new_url_key=destination.key,
        secret=sealed(destination.secret) if destination.secret else "",
        huburl=destination.huburl,
        address=destination.address,
        link_hash="",
        details=destination.details.wire_form(),
        asked_at=clock.now(),
    )
    db.session.add(move)
    db.session.flush()
    move.link_hash = issuing.hashed(link_token(move))
    return move


def link_token(move: Move) -> str:
    """What the mailed link carries."""
    return links.token("move", move.id, move.site_id, move.new_url_key)


def _undecided() -> sa.Select[Move]:
    return sa.select(Move).where(Move.state == MoveState.WAITING).order_by(Move.id)


def waiting(now: datetime) -> sa.Select[Move]:
    """Every move that waits for a decision, oldest first."""
    return _undecided().where(_fresh(now))


def _fresh(now: datetime) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(Move.mailed_at, Move.asked_at) > now - LASTS


def expires_at(move: Move) -> datetime:
    """When the move ends by itself, unless its contact is asked again."""
    return (move.mailed_at or move.asked_at) + LASTS


def find_waiting(site: Site) -> Move | None:
    """The move of this site that waits for a decision."""
    return db.session.scalar(waiting(clock.now()).where(Move.site_id == site.id))


def get_waiting(move_id: int) -> Move:
    """The move of this number; MoveNotFound when it does not wait."""
    move = db.session.scalar(waiting(clock.now()).where(Move.id == move_id))
    if move is None:
        raise MoveNotFound
    return move


def get_asked(site_id: int, token: str) -> tuple[Site, Move]:
    """The site and its waiting move, for the holder of the mailed link; LinkInvalid otherwise."""
    asked = waiting(clock.now()).where(Move.link_hash == issuing.hashed(token), Move.site_id == site_id)
    move = db.session.scalar(asked)
    if move is None:
        raise LinkInvalid
    site = listing.get(site_id)
    contacts.require_still_asked(site, move.mailed_to)
    return site, move


def hold(move: Move) -> Site:
    """The site of this move; neither changes until the transaction ends. MoveNotFound when it was decided meanwhile."""
    site = listing.hold(move.site_id)
    db.session.refresh(move, with_for_update=True)
    if move.state is not MoveState.WAITING:
        raise MoveNotFound
    return site


def accept(move: Move, *, by: Actor) -> HandOver | None:
    """The site has moved, says its contact. Where the browser goes with the new token, if the move was asked for in a
    registration; else the site registers again and is known.
    """
    hold(move)
    secret, huburl = unsealed(move.secret) if move.secret else "", move.huburl
    site = admit(move, by=by)
    if not secret:
        return None
    newtoken = issuing.issue(Service.SITE, site.id)
    return confirmation(site.url, newtoken=newtoken, huburl=huburl, secret=secret, hub_name=declared.current("name"))


def admit(move: Move, *, by: Actor, reason: str = "") -> Site:
    """The site lives at its new URL from now on, and its old token dies at once: it registers again, and is known."""
    site = hold(move)
    listing.free_key(move.new_url, but=site)
    asked, old_url = contacts.confirming(site, clock.now()), site.url
    issuing.revoke_all(site.id, Reason.SITE_MOVED)
    site.confirmed_at = None
    record(Event.SITE_MOVED, site, by=by, old=old_url, new=move.new_url, reason=reason)
    _end(move, MoveState.ACCEPTED)
    details = SiteDetails.parse(move.details)
    changes.apply(site, details, completely=False, by=site, now=clock.now(), key=move.new_url_key)
    moderation.resume_trust(site)
    mails.move_decided(site, (asked, site.contact_email), move, mails.Outcome.ACCEPTED)
    return site


def refuse(move: Move, *, by: Actor, reason: str = "") -> None:
    """The site stays where it was, and trust is in force again."""
    site = _stay(move, MoveState.REFUSED)
    record(Event.SITE_MOVE_REFUSED, site, by=by, url=move.new_url, reason=reason)
    _tell_both(site, move, mails.Outcome.REFUSED)


def block(move: Move, *, by: Actor, reason: str = "") -> None:
    """A moderator refuses the move, and whoever asked for it is sent away for a week."""
    _block(move, by=by, reason=reason)


def disown(move: Move, *, by: Actor) -> None:
    """The site's contact says: this was not me. Who asked is sent away for a week, and moderators hear of it."""
    site = _block(move, by=by, reason="the contact says: this was not me")
    addresses = [move.address] if move.address else []
    matters.open_matter(site, MatterKind.STRANGER, asked_for=move.new_url, came_from=addresses)
    mails.stranger(site, asked_for=move.new_url, addresses=addresses)


def _block(move: Move, *, by: Actor, reason: str) -> Site:
    site = _stay(move, MoveState.REFUSED)
    blocks.keep_out_move(move, reason=reason)
    record(Event.SITE_MOVE_BLOCKED, site, by=by, url=move.new_url, reason=reason)
    _tell_both(site, move, mails.Outcome.REFUSED)
    return site


def _stay(move: Move, state: MoveState) -> Site:
    site = hold(move)
    _end(move, state)
    moderation.resume_trust(site)
    return site


def ask_again(move: Move, *, by: Actor, reason: str = "") -> None:
    """Mail whoever decides for the site once more; the move waits for another two weeks."""
    site = hold(move)
    _mail(site, move, clock.now())
    record(Event.CONFIRMATION_ASKED_AGAIN, site, by=by, move=move.id, to=move.mailed_to, reason=reason)


def overdue(now: datetime) -> list[int]:
    """The numbers of the moves that nobody decided within two weeks."""
    return list(db.session.scalars(_undecided().where(sa.not_(_fresh(now))).with_only_columns(Move.id)))


def expire(move_id: int, now: datetime) -> None:
    """End a move that nobody decided in time: the site stays, trust resumes, both sides are told."""
    move = db.session.get(Move, move_id)
    if move is None:
        return
    site = listing.hold(move.site_id)
    db.session.refresh(move, with_for_update=True)
    if move.state is MoveState.WAITING and expires_at(move) <= now:
        _expire(move, site)


def _expire(move: Move, site: Site) -> None:
    _end(move, MoveState.EXPIRED)
    moderation.resume_trust(site)
    record(Event.SITE_MOVE_EXPIRED, site, by=_TIME, url=move.new_url)
    _tell_both(site, move, mails.Outcome.EXPIRED)


def _tell_both(site: Site, move: Move, outcome: mails.Outcome) -> None:
    mails.move_decided(site, _both_sides(site, move), move, outcome)


def _both_sides(site: Site, move: Move) -> Iterator[str]:
    yield move.mailed_to
    yield site.contact_email
    yield SiteDetails.parse(move.details).contact_email


def _end(move: Move, state: MoveState) -> None:
    move.state, move.decided_at, move.secret = state, clock.now(), ""
    matters.close_all(listing.get(move.site_id), MatterKind.MOVE)
    db.session.flush()
