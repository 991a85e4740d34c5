"""Both parties act at the same instant: real threads, a real database. One decision holds, and everything agrees."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub.access import Role
from hub.courses.models import Course
from hub.database import retrying
from hub.errors import HubError
from hub.events.models import EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.outgoing.txt_records import TxtRecords
from hub.registration import moving, replacing
from hub.registration.models import Attempt, AttemptState, Move, MoveState
from hub.sites.models import Site, SiteState
from hub.tokens.issuing import find_bearer
from tests.factories import make_course, make_site
from tests.fakes import FakeProbe
from tests.registration.conftest import (
    SECRET,
    SITE_URL,
    Handed,
    call,
    forms,
    link_in,
    mails,
    query,
    register,
    submit,
)
from tests.registration.test_confirmations_room import acting, asked_to_move, person
from tests.registration.web import FakeWeb, Placing
from tests.support.pages import Visitor

NEW_URL = "https://new.example.net"
ROUNDS = range(2)


@pytest.fixture
def token(hub: Flask, probe: FakeProbe) -> str:
    """A registered site with a course and a token in use, before the threads begin."""
    visitor = hub.test_client()
    token = register(visitor, name="A site", contactemail="ada@example.org").token
    call(visitor, token, "hub_site_is_registered", siteurl=SITE_URL, sitesecret=SECRET)
    make_course(db.session.scalars(sa.select(Site)).one())
    return token


def at_once(hub: Flask, *acts: Callable[[], object]) -> list[object]:
    """What each act gives, or the error that it was told; all begin together, none breaks."""
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> object:
        with hub.app_context():
            start.wait()
            try:
                return act()
            except HubError as error:
                return error

    db.session.rollback()
    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


def by_command(rule: Callable[..., object], model: type[Attempt | Move], number: int) -> Callable[[], object]:
    return lambda: retrying(db.session, lambda: rule(db.session.get_one(model, number), by=COMMAND))


def press(hub: Flask, form: dict[str, str], visitor: FlaskClient) -> Callable[[], object]:
    return lambda: submit(visitor, form)


def times(*kinds: Event) -> int:
    db.session.rollback()
    values = [kind.value for kind in kinds]
    return db.session.scalar(sa.select(sa.func.count()).where(EventRow.kind.in_(values))) or 0


def live() -> list[Site]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Site).where(Site.state == SiteState.LIVE)))


@pytest.mark.parametrize("round_number", ROUNDS)
def test_of_yes_and_no_about_a_move_one_holds(hub: Flask, token: str, round_number: int) -> None:
    visitor = hub.test_client()
    submit(visitor, forms(visitor.get(query(url=NEW_URL)).text)[1])
    number = db.session.scalars(sa.select(Move.id)).one()
    page = forms(visitor.get(link_in(mails("site-move-asked")[0])).text)
    at_once(
        hub,
        press(hub, page[2], visitor),
        by_command(moving.admit, Move, number),
        by_command(moving.refuse, Move, number),
    )
    move, [site] = db.session.get_one(Move, number), live()
    assert times(Event.SITE_MOVED, Event.SITE_MOVE_BLOCKED, Event.SITE_MOVE_REFUSED) == 1
    assert site.url == (NEW_URL if move.state is MoveState.ACCEPTED else SITE_URL)
    assert (find_bearer(token) is None) == (move.state is MoveState.ACCEPTED)
    assert site.trust_paused is False


@pytest.mark.parametrize("round_number", ROUNDS)
def test_two_who_want_one_address_never_share_it(hub: Flask, token: str, round_number: int) -> None:
    visitor = hub.test_client()
    for secret in ("secret one", "secret two"):
        visitor.get(query(token=secret))
    one, two, _deny = forms(visitor.get(link_in(mails("site-url-taken")[0])).text)
    other = hub.test_client()
    answers = at_once(
        hub, press(hub, one, visitor), by_command(replacing.admit_by_moderator, Attempt, 2), press(hub, two, other)
    )
    assert len(live()) == 1
    assert times(Event.SITE_REPLACED) == 1
    handed = [each for each in answers if getattr(each, "status_code", 0) == 303]
    assert len(handed) <= 1
    accepted = db.session.scalars(sa.select(Attempt).where(Attempt.state == AttemptState.ACCEPTED)).one()
    assert live()[0].secret_hash == accepted.secret_hash
    assert find_bearer(token) is None


@pytest.mark.parametrize("round_number", ROUNDS)
def test_a_proof_and_this_was_not_me_at_once_end_in_one_of_both(hub: Flask, token: str, round_number: int) -> None:
    visitor, contact = hub.test_client(), hub.test_client()
    page = visitor.get(query(token="a fresh secret", name="Fresh Moodle")).text
    shown = visitor.get(next(each for each in page.split('"') if "/registration/proof" in each).replace("&amp;", "&"))
    placing, checking = Placing.read(shown.text), forms(shown.text)[0]
    denying = forms(contact.get(link_in(mails("site-url-taken")[0])).text)[-1]
    found = Barrier(2)
    hub.extensions["hub_txt_records"] = TxtRecords(["127.0.0.1"], 9)
    hub.extensions["outgoing"] = FakeWeb(
        {placing.file_url: placing.file_content.encode()}, meanwhile=lambda: found.wait(timeout=20)
    )

    def deny() -> object:
        found.wait(timeout=20)
        return submit(contact, denying)

    checked, denied = at_once(hub, press(hub, checking, visitor), deny)
    statuses = checked.status_code, denied.status_code  # type: ignore[attr-defined]  # both are responses
    [site] = live()
    course = db.session.scalars(sa.select(Course)).one()
    if site.name == "A site":
        assert statuses == (404, 200)
        assert (course.listed, find_bearer(token) is not None) == (True, True)
    else:
        assert statuses[0] == 303
        bearer = find_bearer(Handed.over(checked).token)  # type: ignore[arg-type]
        assert bearer is not None
        assert bearer.site_id == site.id != course.site_id
        assert (course.listed, find_bearer(token)) == (False, None)


@pytest.mark.parametrize("round_number", ROUNDS)
def test_a_move_that_is_accepted_while_the_site_registers_again_leaves_one_site_and_its_own_tokens(
    hub: Flask, token: str, round_number: int
) -> None:
    visitor, other = hub.test_client(), hub.test_client()
    submit(visitor, forms(visitor.get(query(url=NEW_URL)).text)[1])
    accepting = forms(visitor.get(link_in(mails("site-move-asked")[0])).text)[1]
    moved, again = at_once(hub, press(hub, accepting, visitor), lambda: other.get(query()))
    [site] = live()
    assert site.url == NEW_URL
    assert find_bearer(token) is None
    for answer in (moved, again):
        if answer.status_code == 303:  # type: ignore[attr-defined]  # both are responses
            bearer = find_bearer(Handed.over(answer).token)  # type: ignore[arg-type]
            assert bearer is None or bearer.site_id == site.id


@pytest.mark.parametrize("round_number", ROUNDS)
def test_two_moderators_who_let_two_sites_move_to_one_address_at_once_are_both_answered(
    hub: Flask, token: str, round_number: int
) -> None:
    moves = [asked_to_move(make_site()).id for _each in range(2)]
    people = [person(hub, Role.MODERATOR), person(hub, Role.ADMINISTRATOR)]

    def accept(moderator: Visitor, number: int) -> Callable[[], object]:
        return lambda: moderator.client.post(
            "/admin/sites/moves/acts", data=fields[moderator.client] | acting("accept", number)
        )

    fields = {each.client: {"csrf_token": each.get("/admin/sites/matters").hidden("csrf_token")[0]} for each in people}
    at_once(hub, *map(accept, people, moves))
    states = sorted(db.session.get_one(Move, number).state for number in moves)
    assert states == [MoveState.ACCEPTED, MoveState.WAITING]
    assert times(Event.SITE_MOVED) == 1
