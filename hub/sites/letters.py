"""A visitor writes to the contact of a site, who wanted that: neither sees the other's address from the hub's pages."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from hub import clock
from hub.errors import HubError
from hub.events.record import VISITOR, Event, record
from hub.extensions import db
from hub.mail import outbox
from hub.sites import matters
from hub.sites.models import MatterKind, Site, VisitorLetter

MOST_A_DAY = 3  # of one visitor, to whomever
MOST_TO_A_CONTACT = 20  # a day, of all visitors together, about however many sites
A_DAY = timedelta(days=1)
KEPT = timedelta(days=2)


class LettersNotWanted(HubError):
    """The site's contact did not ask to be written to."""

    key = "sitenotcontactable"
    status = 404

    def __init__(self) -> None:
        super().__init__("The contact of this site does not want to be written to through this hub.")


class TooManyLetters(HubError):
    """So many letters were written today that the next one waits until tomorrow."""

    key = "errormaxmessages"
    status = 429

    def __init__(self) -> None:
        super().__init__(
            f"Not sent: a visitor may write {MOST_A_DAY} letters a day, and a contact gets a limited number of them. "
            "Keep your text and try again tomorrow."
        )


@dataclass(frozen=True)
class Letter:
    """What a visitor writes, and to which address the answer goes."""

    name: str
    email: str
    subject: str
    text: str


def wanted(site: Site) -> bool:
    """Whether the site's contact can be written to by visitors: never before the site itself has called the hub."""
    return site.live and site.visible and site.contactable and bool(site.contact_email and site.confirmed_at)


def write(site: Site, letter: Letter, *, origin: str) -> None:
    """Pass the letter on by mail. ``origin`` is the visitor's internet address, as limits count it.

    LettersNotWanted and TooManyLetters refuse it. Anybody may name anybody as contact: whoever says that the site is
    none of his gets no letters because of it.
    """
    if not wanted(site) or _disowned(site):
        raise LettersNotWanted
    now = clock.now()
    row = VisitorLetter(site_id=site.id, sender_hash=_hashed(letter.email), origin_hash=_hashed(origin), written_at=now)
    _require_few(row, site, now)
    db.session.add(row)
    outbox.queue("site-letter", site.contact_email, site=site, reply_to=letter.email, letter=letter)
    record(Event.LETTER_WRITTEN, site, by=VISITOR)


def forget(now: datetime) -> None:
    """Forget letters that no limit counts any more."""
    db.session.execute(sa.delete(VisitorLetter).where(VisitorLetter.written_at < now - KEPT))


def _disowned(site: Site) -> bool:
    return any(matter.kind is MatterKind.DISOWNED for matter in matters.of(site))


def _require_few(letter: VisitorLetter, site: Site, now: datetime) -> None:
    own = sa.or_(VisitorLetter.sender_hash == letter.sender_hash, VisitorLetter.origin_hash == letter.origin_hash)
    lately = VisitorLetter.written_at > now - A_DAY
    counts = (
        sa.select(sa.func.count().filter(own), sa.func.count().filter(Site.contact_key == site.contact_key))
        .join(Site, Site.id == VisitorLetter.site_id)
        .where(lately)
    )
    by_visitor, to_contact = db.session.execute(counts).one()
    if by_visitor >= MOST_A_DAY or to_contact >= MOST_TO_A_CONTACT:
        raise TooManyLetters


def _hashed(value: str) -> str:
    key = hashlib.sha256(b"hub visitors' letters " + str(current_app.config["SECRET_KEY"]).encode()).digest()
    return hmac.new(key, value.casefold().encode(), hashlib.sha256).hexdigest()
