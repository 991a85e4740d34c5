"""One row for each browser: recognised by its key, listed, ended, and never longer than agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import agents, jobs, people, sessions, signing_in
from hub.accounts.models import User, UserSession
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from tests.accounts.conftest import happened, kinds
from tests.support.pages import PASSWORD, Visitor, counted_statements, visitor

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
NOON = clock.from_unix(1_800_000_000)


def rows() -> list[UserSession]:
    return list(db.session.scalars(sa.select(UserSession).order_by(UserSession.id)))


@pytest.fixture
def browser(app: Flask, eve: User) -> Visitor:
    """Eve's browser."""
    return visitor(app).sign_in("eve")


def key_of(browser: Visitor) -> str:
    with browser.client.session_transaction() as session:
        return str(session["_user_id"])


def carry(browser: Visitor, key: str) -> None:
    with browser.client.session_transaction() as session:
        session["_user_id"] = key


def test_a_session_is_a_row_that_does_not_tell_its_key(browser: Visitor) -> None:
    [row] = rows()
    key = key_of(browser)
    assert len(key) > 40
    assert row.key_hash == sessions.hashed(key) != key
    assert (row.address, row.ended_at) == ("127.0.0.1", None)


def test_asking_who_somebody_is_takes_one_statement(app: Flask, browser: Visitor) -> None:
    key = key_of(browser)
    declared.current("name")
    with counted_statements() as statements:
        assert signing_in.load(key).username == "Eve"
    assert len(statements) == 1


def test_the_key_of_a_cookie_is_worth_nothing_once_its_person_signed_out(app: Flask, browser: Visitor) -> None:
    stolen = key_of(browser)
    browser.post("/logout")
    thief = visitor(app)
    carry(thief, stolen)
    thief.get("/account", status=302)


@pytest.mark.parametrize("key", ["", "x", "1", "1.1", "é" * 3000])
def test_a_key_that_was_never_given_opens_nothing(app: Flask, browser: Visitor, key: str) -> None:
    other = visitor(app)
    carry(other, key)
    other.get("/account", status=302)


def test_the_account_page_names_each_browser_and_marks_this_one(app: Flask, browser: Visitor) -> None:
    other = visitor(app)
    other.client.environ_base |= {"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "2001:db8::7"}
    other.sign_in("eve")
    words = other.get("/account").words
    assert "Firefox on Linux this browser from 2001:db8::7" in words
    assert "An unknown browser from 127.0.0.1" in words


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537 Chrome/126.0 Safari/537 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/126.0 Mobile Safari/537", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.5 Safari/605", "Safari on macOS"),
        ("curl/8.5.0", "curl"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_named_in_words(app: Flask, user_agent: str, words: str) -> None:
    with app.test_request_context():
        assert agents.described(user_agent) == words


def test_one_session_can_be_ended_from_another_and_leaves_one_event(app: Flask, browser: Visitor) -> None:
    other = visitor(app).sign_in("eve")
    before = happened()
    browser.post(f"/account/sessions/{rows()[1].id}/end")
    other.get("/account", status=302)
    browser.get("/account")
    assert kinds(before) == ["sessions ended"]
    browser.post(f"/account/sessions/{rows()[1].id}/end", status=404)


def test_nobody_ends_the_session_of_somebody_else(app: Flask, browser: Visitor) -> None:
    with transaction(db.session):
        people.create("Mallory", "mallory@hub.test", PASSWORD, Role.AUDITOR, by=COMMAND)
    mallory = visitor(app).sign_in("mallory")
    mallory.post(f"/account/sessions/{rows()[0].id}/end", status=404)
    browser.get("/account")


def test_all_others_can_be_ended_at_once_and_this_one_goes_on(app: Flask, browser: Visitor) -> None:
    others = [visitor(app).sign_in("eve") for _ in range(2)]
    browser.post("/account/sessions/end-others")
    browser.get("/account")
    assert [other.get("/account", status=302).status for other in others] == [302, 302]


def test_a_new_password_gives_this_browser_a_new_key(app: Flask, browser: Visitor) -> None:
    before = key_of(browser)
    browser.post("/account/password", present=PASSWORD, new="another good password")
    assert key_of(browser) != before
    thief = visitor(app)
    carry(thief, before)
    thief.get("/account", status=302)
    assert len([row for row in rows() if row.ended_at is None]) == 1


def test_a_session_ends_when_it_is_not_used_as_long_as_administrators_chose(app: Flask, eve: User) -> None:
    with transaction(db.session):
        declared.change("sessionidlehours", "2")
    with clock.fixed(NOON):
        browser = visitor(app).sign_in("eve")
    for minutes in (90, 180, 270):
        with clock.fixed(NOON + timedelta(minutes=minutes)):
            browser.get("/account")
    with clock.fixed(NOON + timedelta(minutes=270 + 121)):
        browser.get("/account", status=302)


def test_a_session_ends_after_so_many_days_however_busy_it_is(app: Flask, eve: User) -> None:
    with transaction(db.session):
        declared.change("sessiondays", "2")
    with clock.fixed(NOON):
        browser = visitor(app).sign_in("eve")
    for hours in (20, 40):
        with clock.fixed(NOON + timedelta(hours=hours)):
            browser.get("/account")
    with clock.fixed(NOON + timedelta(hours=49)):
        browser.get("/account", status=302)


def test_being_here_is_written_down_every_few_minutes_only(app: Flask, eve: User) -> None:
    with clock.fixed(NOON):
        browser = visitor(app).sign_in("eve")
    with clock.fixed(NOON + timedelta(minutes=4)), counted_statements() as statements:
        browser.get("/account")
    assert [each for each in statements if each.startswith("UPDATE")] == []
    with clock.fixed(NOON + timedelta(minutes=6)), counted_statements() as statements:
        browser.get("/account")
    assert len([each for each in statements if each.startswith("UPDATE")]) == 1
    assert rows()[0].seen_at == NOON + timedelta(minutes=6)


def test_what_is_known_of_an_ended_session_is_forgotten_after_a_month(app: Flask, eve: User) -> None:
    with clock.fixed(NOON):
        visitor(app).sign_in("eve").post("/logout")
        jobs.forget_sessions()
    assert len(rows()) == 1
    with clock.fixed(NOON + timedelta(days=31)):
        jobs.forget_sessions()
    assert rows() == []


def test_the_half_way_in_is_over_once_the_password_is_another_one(app: Flask, eve: User) -> None:
    with app.test_request_context(), clock.fixed(NOON):
        signing_in.remember_half(eve)
        assert signing_in.halfway() is eve
        with clock.fixed(NOON + timedelta(minutes=1)):
            with transaction(db.session):
                people.change_password(eve, "another good password", by=COMMAND)
            assert signing_in.halfway() is None


def test_nobody_who_was_banned_meanwhile_gets_through_the_last_step(app: Flask, eve: User) -> None:
    with transaction(db.session):
        eve.banned = True
    with app.test_request_context(), pytest.raises(signing_in.AccountClosed):
        signing_in.begin(eve)
    assert rows() == []
