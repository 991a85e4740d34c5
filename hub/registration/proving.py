"""What follows when a proof was found: an attempt gets its URL, a move is accepted, a site is known to be its own."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from hub import clock
from hub.extensions import db
from hub.registration import blocking, contacts, handshake, leaving, mails, moving, proofs, replacing
from hub.registration.arrival import Arrival, HandOver
from hub.registration.handshake import Refused
from hub.registration.models import Attempt, Concerned, Move
from hub.registration.proofs import PLACED, Finding, Proof
from hub.registration.replacing import SecretElsewhere
from hub.sealing import unsealed
from hub.sites import identity, listing, matters
from hub.sites.contact_link import LinkInvalid
from hub.sites.details import SiteDetails
from hub.sites.models import MatterKind, Site

Asker = Site | Attempt | Move


@dataclass(frozen=True)
class Question:
    """Who wants to prove something, and what has to be placed for it."""

    asker: Asker
    proof: Proof


def get_question(concerns: str, concerned_id: int, token: str) -> Question:
    """The challenge behind the address of its page; LinkInvalid for a wrong address, or when nobody waits any more."""
    if concerns not in list(Concerned):
        raise LinkInvalid
    if not hmac.compare_digest(token.encode(), proofs.page_token(Concerned(concerns), concerned_id).encode()):
        raise LinkInvalid
    asker = _asker(Concerned(concerns), concerned_id)
    return Question(asker, proofs.challenge_for(asker))


def _asker(concerns: Concerned, concerned_id: int) -> Asker:
    if concerns is Concerned.ATTEMPT:
        return replacing.get_open(concerned_id)
    if concerns is Concerned.MOVE:
        return moving.get_waiting(concerned_id)
    site = listing.get(concerned_id)
    if not site.live:
        raise LinkInvalid
    return site


def destination(asker: Asker) -> str:
    """The URL to which the browser goes on when the proof is found."""
    if isinstance(asker, Attempt):
        return str(asker.details["url"])
    return asker.new_url if isinstance(asker, Move) else asker.url


def accept(checked: Proof, finding: Finding) -> HandOver | None:
    """Do what the proof allows, if it is still the one that was looked for; where the browser goes with a new token."""
    asker = _asker(checked.concerns, checked.concerned_id)
    if proofs.challenge_for(asker) != checked:
        raise LinkInvalid
    if isinstance(asker, Attempt):
        return _give_url(asker, checked, finding)
    if isinstance(asker, Move):
        return _move(asker, checked, finding)
    proofs.note(checked, finding, asker, by=PLACED)
    return None


def _move(move: Move, proof: Proof, finding: Finding) -> HandOver | None:
    proofs.note(proof, finding, moving.hold(move), by=PLACED)
    return moving.accept(move, by=PLACED)


def _give_url(attempt: Attempt, proof: Proof, finding: Finding) -> HandOver:
    """The registered site gives way, and the one that asked registers as if nobody had been there.

    A proof of an address gives the address and nothing else: courses, name and trust belong to the people who were
    registered, and a domain can get another owner. Only those people, or a moderator, hand them on.
    """
    held = replacing.hold(attempt)
    if held.elsewhere is not None:
        raise SecretElsewhere(held.elsewhere)
    arrival, decider = _arrival(attempt), contacts.confirming(held.holder, clock.now())
    blocking.require_free(arrival.secret)
    replacing.note_accepted(attempt)
    leaving.give_way(held.holder, by=PLACED, reason="another site proved that the URL is its own")
    db.session.flush()
    outcome = handshake.register(arrival)
    if not isinstance(outcome, HandOver):
        raise outcome.error if isinstance(outcome, Refused) else LinkInvalid
    newcomer = listing.hold_by_key(arrival.key)
    assert newcomer is not None
    proofs.note(proof, finding, newcomer, by=PLACED)
    matters.open_matter(newcomer, MatterKind.URL_PROVEN, before=held.holder.id, method=finding.method.value)
    mails.url_given(held.holder, decider)
    return outcome


def _arrival(attempt: Attempt) -> Arrival:
    details = SiteDetails.parse(attempt.details)
    secret = unsealed(attempt.secret)
    return Arrival(details, identity.url_key(details.url), secret, attempt.huburl, address=attempt.address)
