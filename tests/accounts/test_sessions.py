"""Signing in and out, and one's own account."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from config import Config
from hub import create_app
from hub.access import Role
from hub.accounts import people
from hub.accounts.models import User
from hub.accounts.returning import local_path
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from tests.support.databases import Databases
from tests.support.pages import PASSWORD, Visitor, visitor


@pytest.fixture
def moderator(app: Flask) -> User:
    """Somebody with an account."""
    with transaction(db.session):
        return people.create("Mo", "mo@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)


@pytest.fixture
def mo(app: Flask, moderator: User) -> Visitor:
    """The moderator, signed in."""
    return visitor(app).sign_in("mo")


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(EventRow.kind).order_by(EventRow.id)))


def test_signing_in_leads_to_the_page_that_was_asked_for(app: Flask, moderator: User) -> None:
    browser = visitor(app)
    asked = browser.get("/admin/events?kind=site+registered", status=302)
    assert asked.location == "/login?next=/admin/events?kind%3Dsite%2Bregistered"
    answer = browser.post(asked.location, username=" mO ", password=PASSWORD)
    assert answer.location == "/admin/events?kind=site+registered"
    browser.get(answer.location)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.test/",
        "https://evil.test/",
        "/\\evil.test",
        "\\/evil.test",
        "javascript:alert(1)",
        "evil.test",
        "/\t/evil.test",
        " /admin",
        "/a\r\nSet-Cookie: x",
        "",
        "///evil.test",
    ],
)
def test_signing_in_never_leads_to_another_host(app: Flask, moderator: User, elsewhere: str) -> None:
    assert local_path(elsewhere) is None
    browser = visitor(app)
    fields = {"username": "mo", "password": PASSWORD, "csrf_token": browser.token()}
    answer = browser.send("POST", "/login", query_string={"next": elsewhere}, data=fields)
    assert answer.location == "/admin/"


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(app: Flask, moderator: User) -> None:
    wrong = visitor(app).post("/login", status=403, username="mo", password="wrong")
    unknown = visitor(app).post("/login", status=403, username="nobody", password="wrong")
    assert wrong.words == unknown.words
    assert kinds()[-2:] == ["sign-in failed", "sign-in failed"]


def test_the_session_before_signing_in_is_worth_nothing_afterwards(app: Flask, moderator: User) -> None:
    browser = visitor(app)
    before = browser.token()
    browser.sign_in("mo")
    assert browser.send("POST", "/account/sessions/end", data={"csrf_token": before}).status == 400
    browser.get("/account")


def test_signing_out_ends_the_session_and_is_noted(mo: Visitor) -> None:
    mo.post("/logout")
    mo.get("/account", status=302)
    assert kinds()[-1] == "user signed out"


def test_signing_out_by_following_a_link_is_not_possible(mo: Visitor) -> None:
    mo.get("/logout", status=405)
    mo.get("/account")


def test_a_banned_person_loses_access_at_once(mo: Visitor, moderator: User) -> None:
    mo.get("/admin/")
    with transaction(db.session):
        db.session.get_one(User, moderator.id).banned = True
    mo.get("/admin/", status=302)
    visitor(mo.client.application).post("/login", status=403, username="mo", password=PASSWORD)


def test_a_lost_role_works_at_once(mo: Visitor, moderator: User) -> None:
    with transaction(db.session):
        db.session.get_one(User, moderator.id).role = Role.AUDITOR
    mo.post("/admin/sites/acts", status=403, act="hide")


def test_ending_all_sessions_ends_those_of_other_browsers_too(app: Flask, mo: Visitor) -> None:
    other = visitor(app).sign_in("mo")
    mo.post("/account/sessions/end")
    mo.get("/account", status=302)
    other.get("/account", status=302)


def test_a_new_password_needs_the_present_one_and_ends_other_sessions(app: Flask, mo: Visitor) -> None:
    other = visitor(app).sign_in("mo")
    mo.post("/account/password", status=403, present="wrong", new="another good password")
    mo.post("/account/password", status=422, present=PASSWORD, new="short")
    mo.post("/account/password", present=PASSWORD, new="another good password")
    mo.get("/account")
    other.get("/account", status=302)
    visitor(app).sign_in("mo", "another good password")


def test_each_person_chooses_which_mails_they_get(mo: Visitor) -> None:
    assert people.to_be_told() == ["mo@hub.test"]
    mo.post("/account/preferences")
    assert people.to_be_told() == []
    mo.post("/account/preferences", wants_mail="y")
    assert people.to_be_told() == ["mo@hub.test"]


def test_a_form_without_its_token_is_answered_400_and_does_nothing(app: Flask, mo: Visitor) -> None:
    assert mo.send("POST", "/account/sessions/end").status == 400
    assert mo.send("POST", "/login", data={"username": "mo", "password": PASSWORD}).status == 400
    mo.get("/account")


@pytest.fixture
def limited(config: Config, databases: Databases) -> Flask:
    """The application with its rate limits on."""
    databases.make_migrated(config)
    app = create_app(config)
    app.testing = True
    with app.app_context():
        with transaction(db.session):
            people.create("Mo", "mo@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)
        yield app
        db.session.remove()
        db.engine.dispose()


def test_guessing_a_password_is_stopped_with_advice_when_to_try_again(limited: Flask) -> None:
    browser = visitor(limited)
    for _ in range(20):
        browser.post("/login", status=403, username="mo", password="wrong")
    answer = browser.post("/login", status=429, username="MO", password=PASSWORD)
    assert int(answer.headers["Retry-After"]) > 0
    browser.post("/login", status=403, username="somebody else", password="wrong")


def test_administrators_choose_how_many_guesses_an_account_stands(limited: Flask) -> None:
    with transaction(db.session):
        declared.change("failedsigninsperaccount", "2")
    browser = visitor(limited)
    for _ in range(2):
        browser.post("/login", status=403, username="mo", password="wrong")
    browser.post("/login", status=429, username="mo", password=PASSWORD)


def test_signing_in_rightly_a_dozen_times_meets_no_limit(limited: Flask) -> None:
    for _ in range(12):
        visitor(limited).sign_in("mo")
