"""Strangers whom a site's contact, or a moderator, sent away: what they brought is kept out of that site for a week."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from hub import clock
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.proxies import neighbourhood
from hub.registration.models import Attempt, Block, Concerned, Move
from hub.settings import declared
from hub.sites import listing
from hub.sites.models import Site

LASTS = timedelta(days=7)


class AttemptBlocked(HubError):
    """Somebody who was sent away lately has come again."""

    key = "attemptblocked"
    status = 403

    def __init__(self, site: Site, ends_at: datetime) -> None:
        mailbox = declared.current("contactemail")
        super().__init__(
            f"This was asked before, and whoever decides for the site registered under {site.url} said: this was not "
            f"me. Until {ends_at:%Y-%m-%d %H:%M} UTC the hub does not ask again. If the site is yours, write to the "
            f"people who run this hub{f' ({mailbox})' if mailbox else ''}: they can let it in."
        )


class BlockNotFound(HubError):
    """No such block is in force."""

    key = "blocknotfound"
    status = 404

    def __init__(self) -> None:
        super().__init__("No block of this number is in force. hub attempts blocked shows those that are.")


def keep_out_attempt(attempt: Attempt, *, reason: str) -> Block:
    """For a week neither this secret, nor another unknown one from the same address, asks for the site's URL."""
    return _add(Block(site_id=attempt.site_id, concerns=Concerned.ATTEMPT, **_brought(attempt), reason=reason))


def keep_out_move(move: Move, *, reason: str) -> Block:
    """For a week the site is said to have moved neither to this URL, nor anywhere else from the same address."""
    brought = {"url_key": move.new_url_key, "address": neighbourhood(move.address)}
    return _add(Block(site_id=move.site_id, concerns=Concerned.MOVE, secret_hash="", **brought, reason=reason))


def _brought(attempt: Attempt) -> dict[str, str]:
    return {"secret_hash": attempt.secret_hash, "url_key": "", "address": neighbourhood(attempt.address)}


def _add(block: Block) -> Block:
    block.blocked_at = clock.now()
    block.ends_at = block.blocked_at + LASTS
    db.session.add(block)
    db.session.flush()
    return block


def require_welcome(site: Site, concerns: Concerned, *, address: str, secret_hash: str = "", url_key: str = "") -> None:
    """Raise AttemptBlocked for somebody whom the site's contact sent away within the last week."""
    brought = [
        column == value
        for column, value in (
            (Block.secret_hash, secret_hash),
            (Block.url_key, url_key),
            (Block.address, neighbourhood(address)),
        )
        if value
    ]
    theirs = holding().where(Block.site_id == site.id, Block.concerns == concerns, sa.or_(sa.false(), *brought))
    block = db.session.scalar(theirs.order_by(None).order_by(Block.ends_at.desc()).limit(1))
    if block is not None:
        raise AttemptBlocked(site, block.ends_at)


def holding() -> sa.Select[Block]:
    """The blocks that hold now, oldest first."""
    return sa.select(Block).where(Block.ends_at > clock.now()).order_by(Block.id)


def of(site: Site) -> list[Block]:
    """Who is kept out of this site now."""
    return list(db.session.scalars(holding().where(Block.site_id == site.id)))


def lift(block_id: int, *, by: Actor, reason: str = "") -> Site:
    """End a block before its time: whoever it kept out may ask again; BlockNotFound when none holds."""
    block = db.session.scalar(holding().where(Block.id == block_id).with_for_update())
    if block is None:
        raise BlockNotFound
    block.ends_at = clock.now()
    site = listing.get(block.site_id)
    record(Event.BLOCK_LIFTED, site, by=by, block=block.id, reason=reason)
    return site
