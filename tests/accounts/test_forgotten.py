"""A forgotten password is chosen anew by whoever gets the mail, and nobody else learns anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hub import clock
from hub.accounts import people
from hub.accounts.models import User
from hub.database import transaction
from hub.extensions import db
from tests.accounts.conftest import happened, kinds, link, mails, token_in
from tests.support.pages import PASSWORD, Visitor, visitor

NEW = "an entirely new one"


def ask(app: Flask, name: str = "eve") -> str:
    """The key that was mailed."""
    visitor(app).post("/forgotten", username=name)
    return token_in(mails("password-reset")[-1])


@pytest.mark.parametrize("name", ["eve", " EVE ", "eve@hub.test", "Eve@Hub.Test"])
def test_the_link_comes_by_mail_for_the_name_and_for_the_address(app: Flask, eve: User, name: str) -> None:
    token, browser = ask(app, name), visitor(app)
    form = browser.get(link(mails("password-reset")[0]))
    assert "For the account Eve" in form.words
    browser.post("/reset", token=token, password=NEW)
    visitor(app).sign_in("eve", NEW)
    visitor(app).post("/login", status=403, username="eve", password=PASSWORD)


def test_everybody_gets_the_same_answer(app: Flask, eve: User) -> None:
    answers = []
    for name in ("eve", "nobody", "nobody@hub.test", "' or 1=1 --"):
        browser = visitor(app)
        location = browser.post("/forgotten", username=name).location
        answers.append((location, browser.get(str(location)).words))
    assert len(set(answers)) == 1
    assert [mail.recipient for mail in mails("password-reset")] == ["eve@hub.test"]
    assert kinds()[-4:] == ["password reset asked"] * 4


def test_somebody_banned_gets_no_mail(app: Flask, eve: User) -> None:
    with transaction(db.session):
        eve.banned = True
    visitor(app).post("/forgotten", username="eve")
    assert mails("password-reset") == []


def test_looking_at_the_link_changes_nothing(app: Flask, eve: User) -> None:
    token = ask(app)
    before = happened()
    for _ in range(3):
        visitor(app).get(f"/reset?token={token}")
    assert happened() == before


def test_the_link_works_once_and_uses_up_all_the_others(app: Flask, eve: User) -> None:
    first, second = ask(app), ask(app)
    before = happened()
    visitor(app).post("/reset", token=first, password=NEW)
    assert kinds(before) == ["password reset"]
    for token in (first, second):
        visitor(app).post("/reset", status=410, token=token, password="yet another password")
        visitor(app).get(f"/reset?token={token}", status=410)
    visitor(app).sign_in("eve", NEW)


def test_the_link_ends_after_an_hour(app: Flask, eve: User) -> None:
    token = ask(app)
    with clock.fixed(clock.now() + timedelta(minutes=61)):
        visitor(app).post("/reset", status=410, token=token, password=NEW)


@pytest.mark.parametrize("token", ["", "x", "é" * 300])
def test_a_key_that_was_never_mailed_opens_nothing(app: Flask, eve: User, token: str) -> None:
    visitor(app).post("/reset", status=410, token=token, password=NEW)


def test_every_session_ends_also_the_one_the_link_was_opened_in_and_a_mail_says_so(app: Flask, eve: User) -> None:
    other, here = visitor(app).sign_in("eve"), visitor(app).sign_in("eve")
    here.post("/reset", token=ask(app), password=NEW)
    other.get("/account", status=302)
    here.get("/account", status=302)
    assert [mail.recipient for mail in mails("password-changed")] == ["eve@hub.test"]


def test_a_weak_password_is_refused_and_the_link_stays_good(app: Flask, eve: User) -> None:
    token = ask(app)
    visitor(app).post("/reset", status=422, token=token, password="short")
    visitor(app).post("/reset", token=token, password=NEW)


def test_a_link_of_somebody_banned_meanwhile_opens_nothing(app: Flask, eve: User) -> None:
    token = ask(app)
    with transaction(db.session):
        db.session.get_one(User, eve.id).banned = True
    visitor(app).post("/reset", status=410, token=token, password=NEW)


def test_a_new_password_of_ones_own_is_told_by_mail_too(app: Flask, eve: User) -> None:
    visitor(app).sign_in("eve").post("/account/password", present=PASSWORD, new=NEW)
    assert [mail.recipient for mail in mails("password-changed")] == ["eve@hub.test"]


def test_asking_for_mails_is_limited_for_an_account_and_for_an_address(
    app: Flask, eve: User, rate_limits: None
) -> None:
    browser: Visitor = visitor(app)
    token = browser.token()
    sent = [browser.send("POST", "/forgotten", data={"csrf_token": token, "username": "EVE "}).status for _ in range(6)]
    assert sent == [302] * 5 + [429]
    assert len(mails("password-reset")) == 5
    others = {"csrf_token": token}
    sent = [browser.send("POST", "/forgotten", data=others | {"username": f"n{n}"}).status for n in range(16)]
    assert sent[-1] == 429


def test_a_stranger_fills_nobodys_mailbox_from_many_addresses_and_names(app: Flask, eve: User) -> None:
    for number in range(8):
        browser = visitor(app)
        browser.client.environ_base |= {"REMOTE_ADDR": f"192.0.2.{number}"}
        browser.post("/forgotten", username="eve" if number % 2 else "eve@hub.test")
    assert len(mails("password-reset")) == 5
    with clock.fixed(clock.now() + timedelta(minutes=61)):
        ask(app)
    assert len(mails("password-reset")) == 6


def test_guessing_links_is_limited(app: Flask, eve: User, rate_limits: None) -> None:
    browser = visitor(app)
    assert [browser.get("/reset?token=x", status=410).status for _ in range(60)] == [410] * 60
    browser.get("/reset?token=x", status=429)


def test_an_administrator_sends_the_link_and_learns_nothing_from_it(
    app: Flask, administrator: Visitor, eve: User
) -> None:
    before = happened()
    administrator.post("/admin/people/acts", act="send-reset", ids=str(eve.id))
    assert kinds(before) == ["password reset asked"]
    token = token_in(mails("password-reset")[0])
    assert token not in administrator.get(f"/admin/people/{eve.id}").text
    visitor(app).post("/reset", token=token, password=NEW)
    assert people.admit("eve", people.prove("eve", NEW)) is not None
