"""Authenticator apps and recovery codes: set up, asked for, used once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import factors, people, recovery, totp
from hub.accounts.factor_models import Authenticator, RecoveryCode
from hub.accounts.models import User
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.settings import declared
from tests.support.pages import PASSWORD, Answer, Visitor, visitor

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = clock.from_unix(1_800_000_015)  # the middle of a time step


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.fixed(NOON):
        yield


@pytest.fixture
def mo(app: Flask) -> User:
    """A moderator without second factor."""
    with transaction(db.session):
        return people.create("Mo", "mo@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)


@pytest.fixture
def with_app(mo: User) -> User:
    """The moderator has an app and recovery codes; the app's first code was used a minute ago."""
    with clock.fixed(NOON - timedelta(minutes=1)), transaction(db.session):
        user = db.session.get_one(User, mo.id)
        totp.set_up(user, SECRET, code(-60))
    return mo


def code(seconds: int = 0) -> str:
    """What the app shows so many seconds after noon."""
    return pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=seconds))


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(EventRow.kind).order_by(EventRow.id)))


def mails() -> list[OutgoingMail]:
    return list(db.session.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id)))


def half_in(app: Flask, path: str = "/login") -> Visitor:
    """Somebody who has typed the password of Mo and is asked for more."""
    browser = visitor(app)
    answer = browser.post(path, username="mo", password=PASSWORD)
    assert answer.location.startswith("/login/factor"), answer.location
    return browser


def shown_secret(browser: Visitor) -> str:
    page = browser.get("/account/factors/app").page
    return str(page.xpath("string(//*[@id='secret'])")).replace(" ", "")


def test_an_app_is_set_up_by_picture_or_text_and_counts_after_its_first_code(app: Flask, mo: User) -> None:
    browser = visitor(app).sign_in("mo")
    browser.post("/account/factors/app/begin")
    page = browser.get("/account/factors/app")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.page.xpath("//svg[@role='img']")
    assert not page.page.xpath("//*[@style]")
    assert not factors.needed(mo)
    first = pyotp.TOTP(shown_secret(browser)).at(NOON)
    codes = browser.post("/account/factors/app", status=200, code=f"{first[:3]} {first[3:]}")
    assert len(codes.page.xpath("//ol[@id='codes']/li")) == 10
    assert factors.needed(mo)
    assert kinds()[-2:] == ["authenticator set up", "recovery codes made"]
    assert [each.name for each in mails()] == ["second-factor-changed"]
    assert "An authenticator app was set up" in mails()[0].body


def test_the_secret_is_sealed_in_the_database(with_app: User) -> None:
    stored = db.session.scalars(sa.select(Authenticator.sealed_secret)).one()
    assert SECRET not in stored
    assert len(stored) > len(SECRET)


def test_a_wrong_first_code_sets_nothing_up_and_a_wrong_clock_is_told_in_words(app: Flask, mo: User) -> None:
    browser = visitor(app).sign_in("mo")
    browser.post("/account/factors/app/begin")
    secret = shown_secret(browser)
    slow = browser.post("/account/factors/app", status=403, code=pyotp.TOTP(secret).at(NOON - timedelta(minutes=5)))
    assert "the clock of your phone is about 5 min slow" in slow.words
    fast = browser.post("/account/factors/app", status=403, code=pyotp.TOTP(secret).at(NOON + timedelta(minutes=3)))
    assert "about 3 min fast" in fast.words
    assert "This is not the code" in browser.post("/account/factors/app", status=403, code="abc").words
    assert not factors.needed(mo)
    assert shown_secret(browser) == secret, "the secret stays while its first code is awaited"


def test_setting_up_ends_after_a_quarter_of_an_hour(app: Flask, mo: User) -> None:
    browser = visitor(app).sign_in("mo")
    browser.post("/account/factors/app/begin")
    secret = shown_secret(browser)
    with clock.fixed(NOON + timedelta(minutes=16)):
        late = browser.post("/account/factors/app", status=403, code=pyotp.TOTP(secret).at(clock.now()))
    assert "begin again" in late.words
    assert not factors.needed(mo)


def test_signing_in_asks_for_a_code_and_then_leads_to_the_page_that_was_asked_for(app: Flask, with_app: User) -> None:
    browser = half_in(app, "/login?next=/admin/events")
    answer = browser.post("/login/factor/code?next=/admin/events", code=code())
    assert answer.location == "/admin/events"
    browser.get("/admin/events")
    assert kinds()[-1] == "user signed in"


def test_after_the_password_alone_nothing_is_open_and_nothing_is_noted_as_a_sign_in(app: Flask, with_app: User) -> None:
    browser = half_in(app)
    for path in ("/admin/", "/account", "/account/factors", "/admin/sites"):
        assert browser.get(path, status=302).location.startswith("/login")
    assert "user signed in" not in kinds()


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_of_the_step_before_and_after_is_taken(with_app: User, seconds: int) -> None:
    with transaction(db.session):
        assert totp.use(with_app, code(seconds))


@pytest.mark.parametrize("seconds", [-90, 60, 90])
def test_a_code_of_another_time_is_refused(with_app: User, seconds: int) -> None:
    with transaction(db.session):
        assert not totp.use(with_app, code(seconds))


def test_a_code_is_used_once_and_none_before_it_is_taken_afterwards(app: Flask, with_app: User) -> None:
    half_in(app).post("/login/factor/code", code=code())
    refused = half_in(app).post("/login/factor/code", status=403, code=code())
    assert "used already" in refused.words
    half_in(app).post("/login/factor/code", status=403, code=code(-30))
    half_in(app).post("/login/factor/code", code=code(30))


def test_after_the_hubs_secret_key_has_changed_codes_are_refused_and_recovery_codes_still_help(
    app: Flask, with_app: User
) -> None:
    with transaction(db.session):
        [paper, *_others] = recovery.make(db.session.get_one(User, with_app.id), by=COMMAND)
    app.config["SECRET_KEY"] = "another one"
    browser = half_in(app)
    browser.post("/login/factor/code", status=403, code=code())
    browser.post("/login/factor/recovery", recovery=paper)
    browser.get("/account")


def test_the_code_that_set_the_app_up_is_used(app: Flask, mo: User) -> None:
    with transaction(db.session):
        totp.set_up(mo, SECRET, code())
    half_in(app).post("/login/factor/code", status=403, code=code())


def at_once(app: Flask, act: Any, times: int = 6) -> list[Any]:
    """What so many threads get that do the same at the same instant."""
    ready, results = threading.Barrier(times), []

    def run() -> None:
        with app.app_context():
            ready.wait(20)
            with transaction(db.session):
                results.append(act(db.session.scalars(sa.select(User)).first()))
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_a_code_sent_by_many_at_the_same_instant_lets_one_in(app: Flask, with_app: User) -> None:
    assert sorted(at_once(app, lambda user: totp.use(user, code()))) == [False] * 5 + [True]


def test_a_recovery_code_sent_by_many_at_the_same_instant_lets_one_in(app: Flask, with_app: User) -> None:
    with transaction(db.session):
        codes = recovery.make(with_app, by=with_app)
    assert sorted(at_once(app, lambda user: recovery.use(user, codes[0]))) == [False] * 5 + [True]


def test_the_half_way_in_ends_after_five_minutes(app: Flask, with_app: User) -> None:
    browser = half_in(app)
    with clock.fixed(NOON + timedelta(minutes=6)):
        answer = browser.post("/login/factor/code", code=code(360))
        assert answer.location == "/login"
        assert "once more" in browser.get("/login").words


def test_the_half_way_in_is_worth_nothing_in_another_browser(app: Flask, with_app: User) -> None:
    half_in(app)
    other = visitor(app)
    assert other.post("/login/factor/code", code=code()).location == "/login"
    assert other.get("/account", status=302)


def test_the_half_way_in_ends_with_a_ban_and_with_a_new_password(app: Flask, with_app: User) -> None:
    banned, stale = half_in(app), half_in(app)
    with clock.fixed(NOON + timedelta(seconds=2)), transaction(db.session):
        people.change_password(db.session.get_one(User, with_app.id), "another good password", by=COMMAND)
    assert stale.post("/login/factor/code", code=code()).location == "/login"
    with transaction(db.session):
        db.session.get_one(User, with_app.id).banned = True
    assert banned.post("/login/factor/code", code=code()).location == "/login"


def test_a_recovery_code_lets_in_once_and_its_owner_is_told(app: Flask, with_app: User) -> None:
    with transaction(db.session):
        codes = recovery.make(with_app, by=with_app)
    half_in(app).post("/login/factor/recovery", recovery=codes[3].upper().replace("-", " "))
    assert kinds()[-2:] == ["recovery code used", "user signed in"]
    assert "Codes that are left: 9" in mails()[-1].body
    half_in(app).post("/login/factor/recovery", status=403, recovery=codes[3])
    assert recovery.left(with_app) == 9


def test_recovery_codes_are_hashed_and_new_ones_end_the_former(app: Flask, with_app: User) -> None:
    with transaction(db.session):
        former = recovery.make(with_app, by=with_app)
        codes = recovery.make(with_app, by=with_app)
    stored = set(db.session.scalars(sa.select(RecoveryCode.code_hash)))
    assert len(stored) == 10
    assert not stored & {each.replace("-", "") for each in codes}
    half_in(app).post("/login/factor/recovery", status=403, recovery=former[0])
    half_in(app).post("/login/factor/recovery", recovery=codes[0])


def test_guessing_codes_is_stopped_per_account(app: Flask, with_app: User, rate_limits: None) -> None:
    browser = half_in(app)
    for _ in range(10):
        browser.post("/login/factor/code", status=403, code="000000")
    browser.post("/login/factor/code", status=429, code=code())
    elsewhere = half_in(app)
    elsewhere.post("/login/factor/code", status=429, code=code())
    elsewhere.post("/login/factor/recovery", status=429, recovery="x")
    assert kinds().count("second factor failed") == 10


def test_whoever_knows_the_password_but_no_code_is_told_to_its_owner(app: Flask, with_app: User) -> None:
    before = len(mails())
    browser = half_in(app)
    for _ in range(6):
        browser.post("/login/factor/code", status=403, code="000000")
    told = mails()[before:]
    assert len(told) == 1
    assert "your password" in told[0].body


def test_removing_factors_and_making_codes_asks_for_a_fresh_proof(app: Flask, with_app: User) -> None:
    browser = half_in(app)
    browser.post("/login/factor/code", code=code())
    with clock.fixed(NOON + timedelta(minutes=16)):
        for path in ("/account/factors/app/remove", "/account/factors/recovery", "/account/factors/app/begin"):
            asked = browser.post(path, status=200)
            assert asked.page.xpath("//form[@action='/account/confirm']"), path
        assert factors.needed(with_app)
        again = browser.post(
            "/account/confirm",
            status=307,
            confirm_code=code(960),
            confirm_target="/account/factors/app/remove",
            confirm_again="1",
        )
        assert again.location == "/account/factors/app/remove"
        browser.post("/account/factors/app/remove")
    assert not factors.needed(with_app)
    assert kinds()[-1] == "authenticator removed"
    visitor(app).sign_in("mo").get("/account")


def test_whoever_needs_a_second_factor_and_has_none_is_led_to_set_one_up_before_anything_else(
    app: Flask, mo: User
) -> None:
    browser = visitor(app).sign_in("mo")
    with transaction(db.session):
        declared.change("secondfactorrequired", "administrators")
    browser.get("/admin/")
    with transaction(db.session):
        declared.change("secondfactorrequired", "everybody")
    for path in ("/admin/", "/account", "/sites"):
        assert browser.get(path, status=302).location == "/account/factors"
    token = browser.get("/account/factors").hidden("csrf_token")[0]

    def send(path: str, **fields: str) -> Answer:
        return browser.send("POST", path, data={"csrf_token": token, **fields})

    assert send("/admin/sites/acts", act="hide").location == "/account/factors"
    assert send("/account/factors/app/begin").location == "/account/factors/app"
    assert send("/account/factors/app", code=pyotp.TOTP(shown_secret(browser)).at(NOON)).status == 200
    browser.get("/admin/")
    refused = browser.post("/account/factors/app/remove", status=409)
    assert "Set up another one" in refused.words


def test_somebody_who_lost_everything_gets_their_factors_removed_with_one_event_and_a_mail(
    app: Flask, with_app: User
) -> None:
    with transaction(db.session):
        recovery.make(with_app, by=with_app)
        factors.remove_all(with_app, by=COMMAND, reason="lost phone")
    assert not factors.needed(with_app)
    assert recovery.left(with_app) == 0
    assert kinds().count("second factors removed") == 1
    assert "removed all your second factors" in mails()[-1].body
    visitor(app).sign_in("mo").get("/account")


def test_an_operator_removes_the_factors_of_somebody_who_lost_them_at_the_command_line(
    app: Flask, with_app: User
) -> None:
    done = app.test_cli_runner().invoke(args=["people", "reset-factors", "mo", "--reason", "lost phone", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)[0]["username"] == "Mo"
    assert not factors.needed(with_app)
    assert kinds()[-1] == "second factors removed"
    unknown = app.test_cli_runner().invoke(args=["people", "reset-factors", "nobody"])
    assert unknown.exit_code != 0


def test_only_whoever_manages_people_removes_the_factors_of_others(app: Flask, with_app: User) -> None:
    with transaction(db.session):
        people.create("Eve", "eve@hub.test", PASSWORD, Role.AUDITOR, by=COMMAND)
        people.create("Boss", "boss@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    act = {"act": "remove-factors", "ids": str(with_app.id), "confirmed": "y", "reason": "lost phone"}
    visitor(app).sign_in("eve").post("/admin/people/acts", status=403, **act)
    assert factors.needed(with_app)
    visitor(app).sign_in("boss").post("/admin/people/acts", **act)
    assert not factors.needed(with_app)
    assert kinds()[-1] == "second factors removed"
