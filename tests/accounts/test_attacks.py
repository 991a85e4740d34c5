"""What a stranger, a thief of a browser, or somebody who was thrown out tries, and what it gets them: nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import factors, invitations, people, standing
from hub.accounts.models import User
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from tests.accounts.conftest import kinds, link, mails, make_person, token_in
from tests.support.pages import PASSWORD, Visitor, visitor

NEW = "a wholly new password"


def elsewhere(app: Flask, number: int) -> Visitor:
    """A browser at an address of its own."""
    browser = visitor(app)
    browser.client.environ_base |= {"REMOTE_ADDR": f"192.0.2.{number}"}
    return browser


def guess(browser: Visitor, name: str, times: int) -> list[int]:
    """The answers to as many wrong passwords."""
    fields = {"csrf_token": browser.token(), "username": name, "password": "wrong"}
    return [browser.send("POST", "/login", data=fields).status for _ in range(times)]


def test_a_name_written_in_many_ways_is_limited_as_one_account(app: Flask, rate_limits: None) -> None:
    with transaction(db.session):
        people.create("Mary Ann é", "mary@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)
    ways = ["mary ann é", "MARY  ANN É", "mary\tann e\u0301", " Mary\u00a0Ann  é", "mary\x01 ann é"]
    browser = elsewhere(app, 1)
    tried = [status for way in ways for status in guess(browser, way, 5)]
    assert tried == [403] * 20 + [429] * 5


def test_a_stranger_who_guesses_does_not_lock_out_whoever_was_here_before(
    app: Flask, eve: User, rate_limits: None
) -> None:
    known = visitor(app).sign_in("eve")
    known.post("/logout")
    for number in range(3):
        guess(elsewhere(app, number), "eve", 20)
    assert guess(elsewhere(app, 9), "eve", 1) == [429]
    known.sign_in("eve")
    known.get("/account")


def test_having_been_here_as_somebody_helps_with_no_other_account(app: Flask, eve: User, rate_limits: None) -> None:
    make_person("Mo")
    known = visitor(app).sign_in("mo")
    known.post("/logout")
    for number in range(3):
        guess(elsewhere(app, number), "eve", 20)
    assert guess(known, "eve", 1) == [429]


def test_a_browser_that_was_here_before_guesses_no_more_than_others(app: Flask, eve: User, rate_limits: None) -> None:
    known = visitor(app).sign_in("eve")
    known.post("/logout")
    tried = []
    for number in range(3):
        known.client.environ_base |= {"REMOTE_ADDR": f"192.0.2.{number}"}
        tried += guess(known, "eve", 16)
    assert tried == [403] * 40 + [429] * 8


@pytest.mark.parametrize("mark", ["", "x", "abc.def", ".", "a.b.c", "é.é"])
def test_a_browser_that_only_says_that_it_was_here_is_a_stranger(
    app: Flask, eve: User, rate_limits: None, mark: str
) -> None:
    for number in range(3):
        guess(elsewhere(app, number), "eve", 20)
    liar = elsewhere(app, 9)
    liar.client.set_cookie("hub_browser", mark)
    assert guess(liar, "eve", 1) == [429]


def test_whoever_sits_before_an_open_browser_guesses_the_password_at_no_door_for_long(
    app: Flask, eve: User, rate_limits: None
) -> None:
    thief = visitor(app).sign_in("eve")
    fields = {"csrf_token": thief.token(), "present": "wrong", "new": NEW, "confirm_password": "wrong"}
    doors = ["/account/password", "/account/confirm"] * 15
    assert [thief.send("POST", door, data=fields).status for door in doors] == [403] * 20 + [429] * 10


def test_a_wrong_present_password_is_noted_once(app: Flask, eve: User) -> None:
    visitor(app).sign_in("eve").post("/account/password", status=403, present="wrong", new=NEW)
    assert kinds()[-2:] == ["user signed in", "sign-in failed"]


def test_a_link_that_was_asked_for_before_the_password_changed_opens_nothing(app: Flask, eve: User) -> None:
    visitor(app).post("/forgotten", username="eve")
    visitor(app).sign_in("eve").post("/account/password", present=PASSWORD, new=NEW)
    visitor(app).get(link(mails("password-reset")[0]), status=410)


@pytest.mark.parametrize("lost", ["ban", "role", "delete"])
def test_who_may_not_manage_people_any_more_has_invited_nobody(app: Flask, eve: User, lost: str) -> None:
    """A thief of an administrator's account would invite himself, and come back by that."""
    mallory = make_person("Mallory", Role.ADMINISTRATOR)
    make_person("Ada", Role.ADMINISTRATOR)
    with transaction(db.session):
        invitations.invite("second@evil.test", Role.ADMINISTRATOR, by=people.get_person(mallory.id))
        invitations.invite("friend@hub.test", Role.AUDITOR, by=COMMAND)
    acts = {"ban": standing.ban, "delete": standing.delete}
    with transaction(db.session):
        person = people.get_person(mallory.id)
        if lost == "role":
            standing.change_role(person, Role.MODERATOR, by=COMMAND)
        else:
            acts[lost](person, by=COMMAND)
    taken, kept = mails("invitation")
    visitor(app).get(link(taken), status=410)
    visitor(app).get(link(kept))


def test_a_name_that_grows_when_its_case_is_folded_is_a_name_like_others(app: Flask) -> None:
    with transaction(db.session):
        people.create("ß" * 100, "ss@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)
    visitor(app).sign_in("ß" * 100)


def test_nobody_keeps_another_from_being_deleted_by_taking_the_name_of_the_deleted(app: Flask, eve: User) -> None:
    make_person(f"Deleted-{eve.id}")
    with transaction(db.session):
        standing.delete(people.get_person(eve.id), by=COMMAND)
    assert people.find("eve") is None


@pytest.mark.parametrize("path", ["/account", "/admin/people", "/admin/people/1", "/admin/", "/account/confirm"])
def test_what_signed_in_people_see_is_kept_by_no_browser_and_no_proxy(app: Flask, path: str) -> None:
    make_person("Ada", Role.ADMINISTRATOR)
    assert "no-store" in visitor(app).sign_in("ada").get(path).headers.get("Cache-Control", "")


def test_pages_of_mailed_links_are_kept_by_no_browser_and_no_proxy(app: Flask, eve: User) -> None:
    visitor(app).post("/forgotten", username="eve")
    with transaction(db.session):
        invitations.invite("new@hub.test", Role.AUDITOR, by=COMMAND)
    for mail in (*mails("password-reset"), *mails("invitation")):
        assert visitor(app).get(link(mail)).headers["Cache-Control"] == "no-store"


def test_what_anybody_sees_may_still_be_kept(app: Flask, eve: User) -> None:
    assert "no-store" not in visitor(app).get("/about").headers.get("Cache-Control", "")


def test_no_administrator_opens_the_links_that_were_mailed_to_others(app: Flask, eve: User) -> None:
    """Neither in the room of mails nor among somebody's personal data, not even while the mail still waits."""
    make_person("Ada", Role.ADMINISTRATOR)
    visitor(app).post("/forgotten", username="eve")
    [mail] = mails("password-reset")
    ada, path = visitor(app).sign_in("ada"), f"/admin/mail/{mail.id}"
    found = [ada.post(f"/admin/personal-data{act}", status=200, address="eve@hub.test") for act in ("", "/export")]
    for page in (*found, ada.get(path), ada.send("GET", f"{path}/html")):
        assert "http://hub.test/reset" in page.text
        assert token_in(mail) not in page.text
    shown = app.test_cli_runner().invoke(args=["personal-data", "export", "eve@hub.test"]).output
    assert "http://hub.test/reset" in shown
    assert token_in(mail) not in shown


@pytest.mark.parametrize(
    ("name", "value", "asked"),
    [("secondfactorrequired", "everybody", True), ("failedsigninsperaccount", "9999", True), ("name", "X", False)],
)
def test_who_gets_in_is_changed_only_after_a_fresh_proof(app: Flask, name: str, value: str, asked: bool) -> None:
    make_person("Ada", Role.ADMINISTRATOR)
    ada = visitor(app).sign_in("ada")
    form = ada.get("/admin/settings").page.xpath("//form[@action='/admin/settings']")[0]
    fields = {key: text or "" for key, text in form.form_values()} | {name: value}
    with clock.fixed(clock.now() + timedelta(minutes=20)):
        answer = ada.send("POST", "/admin/settings", data=fields)
        assert ("Is it you?" in answer.text) is asked
        assert (str(declared.current(name)) == value) is not asked


def test_nobody_takes_off_their_own_second_factors_by_the_room_of_people(app: Flask) -> None:
    """Who needs one cannot remove the last one on their own page, and not here either."""
    ada = make_person("Ada", Role.ADMINISTRATOR)
    with pytest.raises(standing.NotOnesOwn):
        factors.remove_all(ada, by=ada, reason="I say so")


def test_an_invitation_is_withdrawn_once(app: Flask) -> None:
    with transaction(db.session):
        invited, _token = invitations.invite("new@hub.test", Role.AUDITOR, by=COMMAND)
        invitations.withdraw(invited, by=COMMAND)
        with pytest.raises(invitations.InvitationNotFound):
            invitations.withdraw(invited, by=COMMAND)
    assert kinds().count("invitation withdrawn") == 1
