"""A site says that it lives on another host: the new URL waits, the old one stays, and trust pauses meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from hub import clock
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.registration import changes, contacts, links, mails
from hub.registration.arrival import HandOver, confirmation
from hub.registration.models import Move, MoveState
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


@dataclass(frozen=True)
class Destination:
    """Where a site says it lives now; ``secret`` and ``huburl`` are known when it said so in a registration."""

    details: SiteDetails
    key: str
    secret: str = ""
    huburl: str = ""


def ask(site: Site, destination: Destination) -> Move:
    """Let the new URL wait, and tell the old contact and the moderators. The move that waits then.

    The same move asked again changes nothing, and at most one other a day takes its place: a site that is copied
    often must not flood its contact.
    """
    now = clock.now()
    waiting = find_waiting(site)
    if waiting is not None:
        if waiting.new_url_key == destination.key or now - waiting.asked_at < BETWEEN_MOVES:
            return waiting
        _end(waiting, MoveState.REFUSED)
    move = _noted(site, destination)
    moderation.pause_trust(site)
    matters.open_matter(site, MatterKind.MOVE, move=move.id, url=move.new_url)
    record(Event.SITE_MOVE_ASKED, site, by=site, url=move.new_url)
    mails.move_asked(site, contacts.confirming(site, now), new_url=move.new_url, link_token=link_token(move))
    return move


def _noted(site: Site, destination: Destination) -> Move:
    move = Move(
        site_id=site.id,
        new_url=destination.details.url,
        new_url_key=destination.key,
        secret=sealed(destination.secret) if destination.secret else "",
        huburl=destination.huburl,
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


def find_waiting(site: Site) -> Move | None:
    """The move of this site that waits for a decision."""
    return db.session.scalar(sa.select(Move).where(Move.site_id == site.id, Move.state == MoveState.WAITING))


def get_asked(site_id: int, token: str) -> tuple[Site, Move]:
    """The site and its waiting move, for the holder of the mailed link; LinkInvalid otherwise."""
    move = db.session.scalar(
        sa.select(Move).where(
            Move.link_hash == issuing.hashed(token), Move.site_id == site_id, Move.state == MoveState.WAITING
        )
    )
    if move is None:
        raise LinkInvalid
    return listing.get(site_id), move


def accept(move: Move, *, by: Actor) -> HandOver | None:
    """The site lives at its new URL from now on; its old token dies at once. Where the browser goes, if it was asked
    for in a registration; else the site registers again and is known.
    """
    site = listing.hold(move.site_id)
    listing.free_key(move.new_url, but=site)
    secret = unsealed(move.secret) if move.secret else ""
    details, now = SiteDetails.parse(move.details), clock.now()
    issuing.revoke_all(site.id, Reason.SITE_MOVED)
    site.confirmed_at = None
    record(Event.SITE_MOVED, site, by=by, old=site.url, new=move.new_url)
    _end(move, MoveState.ACCEPTED)
    changes.apply(site, details, completely=False, by=by, now=now, key=move.new_url_key)
    moderation.resume_trust(site)
    mails.move_decided(site, new_url=move.new_url, accepted=True)
    if not secret:
        return None
    newtoken = issuing.issue(Service.SITE, site.id)
    return confirmation(
        site.url, newtoken=newtoken, huburl=move.huburl, secret=secret, hub_name=declared.current("name")
    )


def refuse(move: Move, *, by: Actor) -> None:
    """The site stays where it was, and trust is in force again."""
    site = listing.hold(move.site_id)
    _end(move, MoveState.REFUSED)
    moderation.resume_trust(site)
    record(Event.SITE_MOVE_REFUSED, site, by=by, url=move.new_url)
    mails.move_decided(site, new_url=move.new_url, accepted=False)


def _end(move: Move, state: MoveState) -> None:
    move.state, move.decided_at, move.secret = state, clock.now(), ""
    matters.close_all(listing.get(move.site_id), MatterKind.MOVE)
    db.session.flush()
