"""The moderators' room of what waits for a confirmation, and the same acts as commands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.registration import moving, replacing
from hub.registration.arrival import Arrival
from hub.registration.models import Attempt, AttemptState, Block, Move, MoveState
from hub.sites import identity
from hub.sites.details import SiteDetails
from hub.sites.models import Site
from tests.factories import make_course, make_site, make_token
from tests.fakes import FakeProbe
from tests.registration.conftest import count, mails
from tests.support.pages import PASSWORD, Visitor, counted_statements, visitor

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUEUE = "/admin/sites/matters"


def person(app: Flask, role: Role) -> Visitor:
    with transaction(db.session):
        people.create(role.value, f"{role.value}@hub.test", PASSWORD, role, by=COMMAND)
    return visitor(app).sign_in(role.value)


@pytest.fixture
def moderator(hub: Flask, probe: FakeProbe) -> Visitor:
    return person(hub, Role.MODERATOR)


def asked_to_move(site: Site, url: str = "https://new.example.org", **told: str) -> Move:
    details = SiteDetails.parse({"url": url, "name": site.name, "contactemail": "new@example.org"} | told)
    destination = moving.Destination(details, identity.url_key(url), "secret", "http://hub.test", "198.51.100.4")
    with transaction(db.session):
        number = moving.ask(db.session.get_one(Site, site.id), destination).id
    return db.session.get_one(Move, number)


def asked_for_place(site: Site, secret: str = "a fresh secret") -> Attempt:
    details = SiteDetails.parse({"url": site.url, "name": "Fresh Moodle", "contactemail": "fresh@example.org"})
    arrival = Arrival(details, site.url_key, secret, "http://hub.test", address="198.51.100.7")
    with transaction(db.session):
        number = replacing.ask(db.session.get_one(Site, site.id), arrival).attempt.id
    return db.session.get_one(Attempt, number)


def acting(act: str, number: int, **more: Any) -> dict[str, Any]:
    return {"act": act, "ids": [number], "reason": "they telephoned", "confirmed": "1"} | more


def events_since(number: int) -> list[str]:
    return list(db.session.scalars(sa.select(EventRow.kind).where(EventRow.id > number).order_by(EventRow.id)))


def newest_event() -> int:
    return db.session.scalar(sa.select(sa.func.max(EventRow.id))) or 0


def test_the_queue_shows_who_asks_who_was_asked_and_until_when(moderator: Visitor) -> None:
    moved, taken = make_site(name="Moved school"), make_site(name="Taken school")
    with clock.fixed(START):
        asked_to_move(moved)
        asked_for_place(taken)
        page = moderator.get(QUEUE).words
    for words in ("Moved school", "https://new.example.org", "198.51.100.4", moved.contact_email, "2026-03-15 12:00"):
        assert words in page, words
    for words in ("Taken school", "Fresh Moodle", "198.51.100.7", taken.contact_email, "2026-03-08 12:00"):
        assert words in page, words


def test_the_queue_costs_the_same_whatever_waits(moderator: Visitor) -> None:
    def statements() -> int:
        with counted_statements() as seen:
            moderator.get(QUEUE)
        return len(seen)

    sites = [make_site() for _ in range(12)]
    asked_to_move(sites[0]), asked_for_place(sites[1])
    few = statements()
    for number, site in enumerate(sites[2:7]):
        asked_to_move(site, f"https://new{number}.example.org")
    for site in sites[7:]:
        asked_for_place(site)
    assert statements() == few


def test_the_evidence_stands_side_by_side_with_a_guess(moderator: Visitor, probe: FakeProbe) -> None:
    site = make_site(name="The school", url="https://old.example.org", figures={"courses": 40}, address="203.0.113.8")
    make_course(site), make_token(site)
    move = asked_to_move(site, moodlerelease="5.1", courses="41")
    page = moderator.get(f"/admin/sites/moves/{move.id}").words
    for words in (
        "https://old.example.org",
        "4.5.6 (Build: 20250811)",
        "5.1",
        "203.0.113.8",
        "198.51.100.4",
        "40",
        "41",
    ):
        assert words in page, words
    assert "not asked yet" in page
    probe.unreachable = {"https://old.example.org"}
    moderator.post(f"/admin/sites/moves/{move.id}/examine")
    page = moderator.get(f"/admin/sites/moves/{move.id}").words
    assert "It looks as if the site has moved" in page
    assert "nobody answers there" in page
    assert [url for url, _ in probe.asked[-2:]] == ["https://old.example.org", "https://new.example.org"]


@pytest.mark.parametrize(
    ("act", "state", "event", "url"),
    [
        ("accept", MoveState.ACCEPTED, Event.SITE_MOVED, "https://new.example.org"),
        ("refuse", MoveState.REFUSED, Event.SITE_MOVE_REFUSED, "https://old.example.org"),
        ("block", MoveState.REFUSED, Event.SITE_MOVE_BLOCKED, "https://old.example.org"),
        ("ask-again", MoveState.WAITING, Event.CONFIRMATION_ASKED_AGAIN, "https://old.example.org"),
    ],
)
def test_a_moderator_decides_about_a_move_after_seeing_what_it_does(
    moderator: Visitor, act: str, state: MoveState, event: Event, url: str
) -> None:
    site = make_site(url="https://old.example.org", contact_email="old@example.org")
    move = asked_to_move(site)
    if act != "ask-again":
        asked = moderator.post("/admin/sites/moves/acts", status=200, **acting(act, move.id, confirmed=""))
        assert "told by mail" in asked.words
        assert db.session.get_one(Move, move.id).state is MoveState.WAITING
    before = newest_event()
    moderator.post("/admin/sites/moves/acts", **acting(act, move.id))
    assert db.session.get_one(Move, move.id).state is state
    assert events_since(before).count(event.value) == 1
    assert db.session.get_one(Site, site.id).url == url
    told = [mail.recipient for mail in mails("site-move-decided")]
    assert told == (["old@example.org", "new@example.org"] if act != "ask-again" else [])
    assert count(Block) == (act == "block")
    moderator.get(f"/admin/sites/moves/{move.id}")


@pytest.mark.parametrize(
    ("act", "state", "event"),
    [
        ("accept", AttemptState.ACCEPTED, Event.SITE_REPLACED),
        ("refuse", AttemptState.DENIED, Event.URL_ATTEMPT_DENIED),
        ("block", AttemptState.DENIED, Event.URL_ATTEMPT_BLOCKED),
        ("ask-again", AttemptState.OPEN, Event.CONFIRMATION_ASKED_AGAIN),
    ],
)
def test_a_moderator_decides_about_an_unknown_site_and_hands_out_no_token(
    moderator: Visitor, act: str, state: AttemptState, event: Event
) -> None:
    site = make_site(contact_email="old@example.org")
    attempt, before = asked_for_place(site), newest_event()
    answer = moderator.post("/admin/sites/attempts/acts", **acting(act, attempt.id))
    assert "newtoken" not in (answer.location or "")
    assert db.session.get_one(Attempt, attempt.id).state is state
    assert events_since(before).count(event.value) == 1
    known = identity.secret_stem_hash("a fresh secret") or attempt.secret_hash
    assert (db.session.get_one(Site, site.id).secret_hash == known) == (act == "accept")
    told = [mail.recipient for mail in mails("site-replaced")]
    assert told == (["old@example.org", "fresh@example.org"] if act == "accept" else [])
    moderator.get(f"/admin/sites/attempts/{attempt.id}")


def test_a_grave_decision_needs_a_reason_and_is_taken_once(moderator: Visitor) -> None:
    move = asked_to_move(make_site())
    moderator.post("/admin/sites/moves/acts", status=422, **acting("accept", move.id, reason=" "))
    moderator.post("/admin/sites/moves/acts", **acting("refuse", move.id))
    moderator.post("/admin/sites/moves/acts", status=404, **acting("accept", move.id))
    assert len(mails("site-move-decided")) == 2


def test_giving_an_address_away_asks_for_a_fresh_proof(hub: Flask, probe: FakeProbe) -> None:
    admin = person(hub, Role.ADMINISTRATOR)
    asked = {"moves": asked_to_move(make_site()).id, "attempts": asked_for_place(make_site()).id}
    with clock.fixed(clock.now() + timedelta(minutes=20)):
        for kind, number in asked.items():
            answer = admin.send(
                "POST", f"/admin/sites/{kind}/acts", data={"csrf_token": admin.token(), **acting("accept", number)}
            )
            assert "Is it you?" in answer.text, kind
    assert db.session.get_one(Move, asked["moves"]).state is MoveState.WAITING
    assert db.session.get_one(Attempt, asked["attempts"]).state is AttemptState.OPEN


def test_who_is_kept_out_is_shown_and_let_in_again(moderator: Visitor) -> None:
    site = make_site(name="Taken school")
    moderator.post("/admin/sites/attempts/acts", **acting("block", asked_for_place(site).id))
    block = db.session.scalars(sa.select(Block)).one()
    for page in (QUEUE, f"/admin/sites/{site.id}"):
        assert "198.51.100.7" in moderator.get(page).words
    moderator.post(f"/admin/sites/blocks/{block.id}/lift")
    assert "Nothing waits" in moderator.get(QUEUE).words
    moderator.post(f"/admin/sites/blocks/{block.id}/lift", status=404)


def test_an_auditor_sees_everything_and_decides_nothing(hub: Flask, moderator: Visitor) -> None:
    site = make_site()
    move, attempt = asked_to_move(site), asked_for_place(site)
    auditor = person(hub, Role.AUDITOR)
    for page in (QUEUE, f"/admin/sites/moves/{move.id}", f"/admin/sites/attempts/{attempt.id}"):
        assert not auditor.get(page).page.xpath("//main//div[@class='room stack']//form")
    auditor.post("/admin/sites/moves/acts", status=403, **acting("accept", move.id))
    auditor.post("/admin/sites/attempts/acts", status=403, **acting("accept", attempt.id))
    auditor.post(f"/admin/sites/moves/{move.id}/examine", status=403)


def run(app: Flask, *arguments: str) -> Any:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=arguments)


def listed(app: Flask, *arguments: str) -> list[dict[str, Any]]:
    done = run(app, *arguments, "--json")
    assert done.exit_code == 0, done.output
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def test_the_same_acts_as_commands(hub: Flask, probe: FakeProbe) -> None:
    first, second, third = (make_site(url=f"https://s{number}.example.org") for number in range(3))
    moves = [asked_to_move(each, f"{each.url}.new.example") for each in (first, second)]
    attempts = [asked_for_place(third, secret) for secret in ("one", "two", "three")]
    rows = listed(hub, "moves", "list")
    assert [(row["id"], row["new_url"], row["told"]) for row in rows] == [
        (move.id, move.new_url, site.contact_email) for move, site in zip(moves, (first, second), strict=True)
    ]
    assert [row["name"] for row in listed(hub, "attempts", "list")] == ["Fresh Moodle"] * 3
    for arguments in (
        ("moves", "examine", str(moves[0].id)),
        ("moves", "ask-again", str(moves[0].id)),
        ("moves", "accept", str(moves[0].id), "--reason", "they telephoned"),
        ("moves", "refuse", str(moves[1].id)),
        ("attempts", "examine", str(attempts[0].id)),
        ("attempts", "refuse", str(attempts[0].id)),
        ("attempts", "block", str(attempts[1].id), "--reason", "a stranger"),
        ("attempts", "ask-again", str(attempts[2].id)),
        ("attempts", "accept", str(attempts[2].id), "--reason", "they telephoned"),
    ):
        done = run(hub, *arguments)
        assert (done.exit_code, len(done.stdout.strip().splitlines())) == (0, 1), done.output
    blocked = listed(hub, "attempts", "blocked")
    assert [(row["url"], row["reason"]) for row in blocked] == [(third.url, "a stranger")]
    assert run(hub, "attempts", "unblock", str(blocked[0]["id"])).exit_code == 0
    assert (listed(hub, "attempts", "blocked"), listed(hub, "attempts", "list"), listed(hub, "moves", "list")) == (
        [],
        [],
        [],
    )
    refused = run(hub, "moves", "accept", str(moves[0].id))
    assert refused.exit_code != 0


def test_a_block_of_a_move_lasts_a_week(hub: Flask, probe: FakeProbe) -> None:
    with clock.fixed(START):
        move = asked_to_move(make_site())
        assert run(hub, "moves", "block", str(move.id)).exit_code == 0
        assert len(listed(hub, "attempts", "blocked")) == 1
    with clock.fixed(START + timedelta(days=7, minutes=1)):
        assert listed(hub, "attempts", "blocked") == []
