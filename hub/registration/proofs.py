"""Proof that somebody controls a URL: a file below it, a record in the DNS, or a tag on its front page.

Each challenge is made for one asker (a registered site, a waiting attempt or a move), one secret and one URL. Placing
it lets that asker in and nobody else, so it may be seen by everybody.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import singledispatch
from typing import Protocol
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_babel import gettext

from hub import clock
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.outgoing.answers import Answer
from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import HubBusy, OutgoingError
from hub.outgoing.limits import Limits
from hub.outgoing.targets import read_target
from hub.registration import links
from hub.registration.front_page import meta_contents
from hub.registration.models import Attempt, Concerned, Move, ProofFound
from hub.sites import listing
from hub.sites.identity import UrlUnusable, url_key
from hub.sites.models import Site

SECONDS = 6.0  # for each of the three
SITE_TOKEN_LASTS = timedelta(days=30)  # at least, and twice that at most

_LABEL = "moodle-hub-proof"
_FILE = Limits(total=SECONDS, body=2048)
_PAGE = Limits(total=SECONDS, body=2_097_152)


class Method(enum.StrEnum):
    """The ways to prove it."""

    FILE = "file"
    TXT = "txt"
    META = "meta"


class Texts(Protocol):
    """Whoever can tell the TXT records of a name."""

    def of(self, name: str, within: float) -> tuple[str, ...]:
        """The texts at this name; OutgoingError when the DNS does not say."""
        ...


class _Placed:
    actor = "proof of the address"


PLACED = _Placed()  # the actor of what happens because a proof was found


@dataclass(frozen=True)
class Proof:
    """What somebody has to place, and where; each of the three will do."""

    concerns: Concerned
    concerned_id: int
    site_id: int
    secret_hash: str  # of the one who is let in
    url: str  # whose control is to be proven
    name: str
    token: str
    former_token: str = ""  # was shown until lately, and may be placed already

    @property
    def url_key(self) -> str:
        return url_key(self.url)

    @property
    def file_url(self) -> str:
        return f"{self.url.rstrip('/')}/.well-known/moodle-hub-{self.name}.txt"

    @property
    def file_content(self) -> str:
        return f"{_LABEL}={self.token}"

    @property
    def txt_name(self) -> str:
        """Where the record belongs; empty where the DNS cannot speak for the URL.

        It speaks for a whole host: not for one site among others on the host's paths or ports, nor for an address.
        """
        target = read_target(self.url)
        alone = target.literal is None and "." in target.host and url_key(self.url) == target.host
        return f"_moodle-hub.{target.host}" if alone else ""

    @property
    def txt_value(self) -> str:
        return self.file_content

    @property
    def meta_tag(self) -> str:
        return f'<meta name="{_LABEL}" content="{self.token}">'

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.token, self.former_token)))


@dataclass(frozen=True)
class Finding:
    """What became of looking in one of the places; ``cure`` says what to do when the proof was not there."""

    method: Method
    found: bool
    place: str
    sentence: str
    cure: str = ""


@singledispatch
def challenge_for(asker: object) -> Proof:
    """What a registered site, a waiting attempt or a waiting move has to place."""
    raise TypeError(f"nobody proves anything for {asker!r}")


@challenge_for.register
def _for_site(site: Site) -> Proof:
    period = clock.to_unix(clock.now()) // int(SITE_TOKEN_LASTS.total_seconds())
    about = (Concerned.SITE, site.id, site.secret_hash, site.url_key)
    return _made(about, site.url, site.id, (period, period - 1))


@challenge_for.register
def _for_attempt(attempt: Attempt) -> Proof:
    """The URL asked for is to be proven, in whichever spelling of the two is the safer one."""
    registered, asked = listing.get(attempt.site_id).url, str(attempt.details["url"])
    url = asked if asked.lower().startswith("https:") else registered
    about = (Concerned.ATTEMPT, attempt.id, attempt.secret_hash, url_key(asked))
    return _made(about, url, attempt.site_id, (0,))


@challenge_for.register
def _for_move(move: Move) -> Proof:
    """The OLD URL is to be proven: that somebody controls the new one is no wonder, whoever he is."""
    site = listing.get(move.site_id)
    about = (Concerned.MOVE, move.id, site.secret_hash, f"{site.url_key} {move.new_url_key}")
    return _made(about, site.url, site.id, (0,))


def _made(about: tuple[Concerned, int, str, str], url: str, site_id: int, periods: Sequence[int]) -> Proof:
    concerns, concerned_id, secret_hash, _urls = about
    tokens = [links.token("proof", *about, period)[:40] for period in periods]
    name = links.token("proof's name", *about)[:12]
    return Proof(concerns, concerned_id, site_id, secret_hash, url, name, tokens[0], "".join(tokens[1:]))


def page_token(concerns: Concerned, concerned_id: int) -> str:
    """What opens the page of this challenge: only who asked, or reads the contact's mail, is shown it."""
    return links.token("proof page", concerns, concerned_id)


def page_of(asking: Site | Attempt | Move) -> dict[str, str]:
    """The values in the address of its page."""
    proof = challenge_for(asking)
    key = page_token(proof.concerns, proof.concerned_id)
    return {"concerns": proof.concerns.value, "id": str(proof.concerned_id), "token": key}


def check(proof: Proof, *, client: GuardedClient, texts: Texts) -> list[Finding]:
    """Look in the three places, one after the other, until the proof is found; outside any transaction.

    HubBusy when the hub could not even ask.
    """
    findings: list[Finding] = []
    looks: tuple[Callable[[], Finding], ...] = (
        lambda: _look_for_file(proof, client),
        lambda: _look_for_record(proof, texts),
        lambda: _look_for_tag(proof, client),
    )
    for look in looks:
        findings.append(look())
        if findings[-1].found:
            break
    return findings


def _look_for_file(proof: Proof, client: GuardedClient) -> Finding:
    place = proof.file_url
    cure = gettext("Put a file with exactly that one line there, readable by everybody, and let nothing redirect it.")
    answer = _fetched(place, client, _FILE)
    if isinstance(answer, OutgoingError):
        return Finding(Method.FILE, False, place, answer.told(publicly=True), cure)
    if not all(_same_place(hop.url, place) for hop in answer.hops):
        return Finding(Method.FILE, False, place, gettext("The address leads elsewhere, where others may write."), cure)
    if answer.status != 200:
        sentence = gettext("The server answers with status %(status)s instead of the file.", status=answer.status)
        return Finding(Method.FILE, False, place, sentence, cure)
    content = answer.body.decode("ascii", "replace").strip()
    if content not in [f"{_LABEL}={token}" for token in proof.tokens]:
        return Finding(Method.FILE, False, place, gettext("There is a page or file, but not with this line."), cure)
    return Finding(Method.FILE, True, place, gettext("The file is there."))


def _look_for_record(proof: Proof, texts: Texts) -> Finding:
    if not proof.txt_name:
        sentence = gettext("The DNS speaks for a whole host under its name; this site shares its host, or has no name.")
        return Finding(Method.TXT, False, "", sentence, gettext("Use the file or the tag."))
    cure = gettext("Add the record, then wait until your name servers give it out: often minutes, at times hours.")
    try:
        records = texts.of(proof.txt_name, SECONDS)
    except OutgoingError as error:
        return Finding(Method.TXT, False, proof.txt_name, error.detail, cure)
    if any(record.strip() == f"{_LABEL}={token}" for record in records for token in proof.tokens):
        return Finding(Method.TXT, True, proof.txt_name, gettext("The record is there."))
    sentence = gettext("The name has other records, but not this one.") if records else gettext("There is no record.")
    return Finding(Method.TXT, False, proof.txt_name, sentence, cure)


def _look_for_tag(proof: Proof, client: GuardedClient) -> Finding:
    place = proof.url
    cure = gettext(
        "In Moodle: Site administration, Appearance, Additional HTML, “Within HEAD”. Remove it again afterwards."
    )
    answer = _fetched(place, client, _PAGE)
    if isinstance(answer, OutgoingError):
        return Finding(Method.META, False, place, answer.told(publicly=True), cure)
    if not all(_below(hop.url, place) for hop in answer.hops):
        return Finding(Method.META, False, place, gettext("The front page leads to another site."), cure)
    if answer.status != 200:
        sentence = gettext("The front page answers with status %(status)s.", status=answer.status)
        return Finding(Method.META, False, place, sentence, cure)
    if not set(meta_contents(answer.body.decode("utf-8", "replace"), _LABEL)) & set(proof.tokens):
        return Finding(Method.META, False, place, gettext("The tag does not stand in the head of the page."), cure)
    return Finding(Method.META, True, place, gettext("The tag is there."))


def _fetched(url: str, client: GuardedClient, limits: Limits) -> Answer | OutgoingError:
    try:
        return client.exchange("GET", url, limits=limits)
    except HubBusy:
        raise
    except OutgoingError as error:
        return error


def _same_place(reached: str, asked: str) -> bool:
    return _safe(reached, asked) and "?" not in reached and _key(reached) == _key(asked)


def _below(reached: str, asked: str) -> bool:
    return _safe(reached, asked) and f"{_key(reached)}/".startswith(f"{_key(asked)}/")


def _safe(reached: str, asked: str) -> bool:
    """Whoever registered with https has answered for himself all the way."""
    return urlsplit(reached).scheme == "https" or urlsplit(asked).scheme.lower() == "http"


def _key(url: str) -> str:
    try:
        return url_key(read_target(url.partition("?")[0]).url)
    except UrlUnusable:
        return "nowhere"


def note(proof: Proof, finding: Finding, site: Site, *, by: Actor) -> ProofFound:
    """Keep that the proof was there, for this site."""
    row = ProofFound(
        site_id=site.id,
        concerns=proof.concerns,
        concerned_id=proof.concerned_id,
        secret_hash=proof.secret_hash,
        url_key=proof.url_key,
        method=finding.method.value,
        place=finding.place,
        found_at=clock.now(),
    )
    db.session.add(row)
    record(Event.URL_PROVEN, site, by=by, method=finding.method.value, place=finding.place)
    return row


def of(site: Site) -> list[ProofFound]:
    """The proofs that whoever has the site's secret controls its URL, newest first; those of others do not count."""
    found = sa.select(ProofFound).where(
        ProofFound.site_id == site.id,
        ProofFound.secret_hash == site.secret_hash,
        ProofFound.url_key == site.url_key,
        ProofFound.concerns != Concerned.MOVE,
    )
    return list(db.session.scalars(found.order_by(ProofFound.id.desc())))


def strongest(site: Site) -> str | None:
    """By which method it was proven last that the site's address is in the hands of whoever has its secret."""
    return next((found.method for found in of(site)), None)
