"""Passkeys: made, used alone or after the password, and what a thief or a false page achieves."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from config import Config
from hub import clock
from hub.access import Role
from hub.accounts import passkeys, people
from hub.accounts.factor_models import Passkey, PendingProof
from hub.accounts.models import User
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail.models import OutgoingMail
from tests.support.authenticator import Device
from tests.support.pages import PASSWORD, Answer, Visitor, visitor

HUB = "https://hub.test"
NEW = "/account/factors/passkeys"


@pytest.fixture
def config(config: Config) -> Config:
    """Passkeys need https."""
    return replace(config, url=HUB)


@pytest.fixture
def mo(app: Flask) -> User:
    app.config["SESSION_COOKIE_SECURE"] = False  # the test's browser speaks http
    app.config["WTF_CSRF_SSL_STRICT"] = False
    with transaction(db.session):
        return people.create("Mo", "mo@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)


@pytest.fixture
def signed_in(app: Flask, mo: User) -> Visitor:
    return visitor(app).sign_in("mo")


@pytest.fixture
def laptop(signed_in: Visitor) -> Device:
    """A passkey of Mo's."""
    device = Device(HUB, "hub.test")
    assert add(signed_in, device).status == 200
    return device


def asked(browser: Visitor, path: str) -> dict[str, Any]:
    """What the hub asks this browser's devices for."""
    return dict(json.loads(browser.post(path, status=200).text))


def add(browser: Visitor, device: Device, name: str = "Laptop") -> Answer:
    answer = device.create(asked(browser, f"{NEW}/options"))
    return browser.send("POST", NEW, data={"csrf_token": browser.token(), "name": name, "answer": answer})


def enter(browser: Visitor, device: Device, path: str = "/login/passkey") -> Answer:
    """The hub's answer to whoever comes with this device."""
    return bring(browser, device.get(asked(browser, "/login/passkey/options")), path)


def bring(browser: Visitor, answer: str, path: str = "/login/passkey") -> Answer:
    return browser.send("POST", path, data={"csrf_token": browser.token(), "answer": answer})


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(EventRow.kind).order_by(EventRow.id)))


def test_several_passkeys_are_made_with_names_and_the_first_brings_recovery_codes(
    app: Flask, signed_in: Visitor
) -> None:
    options = asked(signed_in, f"{NEW}/options")
    assert options["rp"]["id"] == "hub.test"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert "Mo" not in options["user"]["id"]
    first = add(signed_in, Device(HUB, "hub.test"), "Laptop")
    assert len(first.page.xpath("//ol[@id='codes']/li")) == 10
    assert add(signed_in, Device(HUB, "hub.test"), "Key ring").location == "/account/factors"
    words = signed_in.get("/account/factors").words
    assert "Laptop" in words
    assert "Key ring" in words
    assert len(asked(signed_in, f"{NEW}/options")["excludeCredentials"]) == 2
    assert kinds().count("passkey added") == 2
    assert db.session.scalar(sa.select(sa.func.count()).where(OutgoingMail.name == "second-factor-changed")) == 2


def test_a_passkey_alone_signs_in(app: Flask, laptop: Device) -> None:
    browser = visitor(app)
    assert enter(browser, laptop, "/login/passkey?next=/admin/events").location == "/admin/events"
    browser.get("/admin/events")
    assert kinds()[-1] == "user signed in"


def test_a_passkey_is_a_second_factor_after_the_password(app: Flask, laptop: Device) -> None:
    browser = visitor(app)
    assert browser.post("/login", username="mo", password=PASSWORD).location == "/login/factor"
    options = asked(browser, "/login/passkey/options")
    assert len(options["allowCredentials"]) == 1
    assert bring(browser, laptop.get(options), "/login/factor/passkey").location == "/admin/"
    browser.get("/admin/")


def test_the_passkey_of_somebody_else_is_no_second_factor(app: Flask, laptop: Device) -> None:
    with transaction(db.session):
        people.create("Eve", "eve@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    theirs = Device(HUB, "hub.test")
    add(visitor(app).sign_in("eve"), theirs)
    browser = visitor(app)
    browser.post("/login", username="eve", password=PASSWORD)
    assert enter(browser, laptop, "/login/factor/passkey").status == 403
    browser.get("/account", status=302)
    assert "second factor failed" in kinds()


def test_a_passkey_that_was_not_checked_by_its_device_or_was_made_for_a_false_page_is_refused(
    app: Flask, laptop: Device
) -> None:
    def wrong(**values: Any) -> None:
        device = replace(laptop, count=laptop.count + 10, **values)
        browser = visitor(app)
        answer = enter(browser, device)
        assert answer.status == 403, values
        assert "could not be checked" in answer.words
        browser.get("/account", status=302)

    wrong(verifies=False)
    wrong(origin="https://hub.test.evil.test")
    wrong(origin="http://hub.test")
    wrong(rp_id="evil.test")
    wrong(handle="AAAA")
    wrong(credential_id=b"x" * 32)
    wrong(_key=Device(HUB, "hub.test")._key)
    assert enter(visitor(app), laptop).status == 302


def test_what_makes_no_passkey_is_refused(app: Flask, signed_in: Visitor) -> None:
    for device in (
        Device(HUB, "hub.test", verifies=False),
        Device("https://evil.test", "hub.test"),
        Device(HUB, "evil.test"),
    ):
        assert add(signed_in, device).status == 403, device
    assert db.session.scalars(sa.select(Passkey)).all() == []


GARBAGE = ("", "null", "7", "[]", "{}", '{"rawId": 7}', '{"rawId": "AA"}', "{" * 50_000, "[" * 19_000, "é", "\x00")


def test_garbage_is_refused_everywhere(app: Flask, signed_in: Visitor, laptop: Device) -> None:
    good = json.loads(laptop.get(asked(visitor(app), "/login/passkey/options")))
    broken = [json.dumps({**good, part: None}) for part in good] + [
        json.dumps({**good, "response": {**good["response"], part: each}})
        for part in good["response"]
        for each in (None, 7, "", "AAAA", "é", [])
    ]
    made = json.loads(Device(HUB, "hub.test").create(asked(signed_in, f"{NEW}/options")))
    nested = base64.urlsafe_b64encode(b"\x81" * 9000).decode()
    for each in (nested, "", "oA", None):
        broken.append(json.dumps({**made, "response": {**made["response"], "attestationObject": each}}))
    stranger = visitor(app)
    doors = ((stranger, "/login/passkey/options", "/login/passkey"), (signed_in, f"{NEW}/options", NEW))
    for browser, question, door in doors:
        token = {"csrf_token": browser.token(), "name": "x"}
        for text in (*GARBAGE, *broken):
            assert browser.send("POST", question, data=token).status == 200
            assert browser.send("POST", door, data={**token, "answer": text}).status == 403, text[:200]


def test_a_challenge_is_answered_once_in_time_and_by_the_browser_that_was_asked(app: Flask, laptop: Device) -> None:
    browser = visitor(app)
    options = asked(browser, "/login/passkey/options")
    answer = laptop.get(options)
    other = visitor(app)
    asked(other, "/login/passkey/options")
    assert bring(other, answer).status == 403
    assert bring(visitor(app), answer).status == 403
    assert bring(browser, answer).status == 302
    assert bring(browser, answer).status == 403
    late = visitor(app)
    answer = laptop.get(asked(late, "/login/passkey/options"))
    with clock.fixed(clock.now() + timedelta(minutes=6)):
        refused = bring(late, answer)
    assert "longer than five minutes" in refused.words


def test_a_challenge_for_another_purpose_or_another_step_is_none(
    app: Flask, signed_in: Visitor, laptop: Device
) -> None:
    to_prove = laptop.get(asked(signed_in, "/account/factors/prove/options"))
    assert bring(signed_in, to_prove).status == 403
    half = visitor(app)
    half.post("/login", username="mo", password=PASSWORD)
    alone = laptop.get(asked(half, "/login/passkey/options"))
    assert bring(half, alone).status == 403


def test_a_passkey_that_counts_backwards_is_refused_and_its_owner_is_told(app: Flask, laptop: Device) -> None:
    enter(visitor(app), laptop)
    copy = replace(laptop, count=laptop.count - 1)
    answer = enter(visitor(app), copy)
    assert answer.status == 403
    assert "copied" in answer.words
    assert kinds()[-1] == "passkey refused"
    assert "seems to have been copied" in db.session.scalars(sa.select(OutgoingMail.body)).all()[-1]


def test_a_device_that_does_not_count_is_taken_again_and_again(app: Flask, signed_in: Visitor) -> None:
    phone = Device(HUB, "hub.test", counts=False)
    add(signed_in, phone)
    for _ in range(2):
        assert enter(visitor(app), phone).status == 302


def test_a_banned_person_stays_outside_with_the_best_passkey(app: Flask, mo: User, laptop: Device) -> None:
    with transaction(db.session):
        db.session.get_one(User, mo.id).banned = True
    browser = visitor(app)
    assert enter(browser, laptop).status == 403
    browser.get("/account", status=302)


def test_a_passkey_is_one_persons_and_only_they_remove_it(app: Flask, signed_in: Visitor, laptop: Device) -> None:
    with transaction(db.session):
        people.create("Eve", "eve@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    eve = visitor(app).sign_in("eve")
    assert add(eve, laptop).status == 403, "its number is taken"
    passkey = db.session.scalars(sa.select(Passkey)).one()
    eve.post(f"{NEW}/{passkey.id}/remove", status=404)
    signed_in.post(f"{NEW}/{passkey.id}/remove")
    assert kinds()[-1] == "passkey removed"
    assert enter(visitor(app), laptop).status == 403


def test_a_passkey_proves_who_somebody_is_before_something_grave(
    app: Flask, signed_in: Visitor, laptop: Device
) -> None:
    with clock.fixed(clock.now() + timedelta(minutes=16)):
        page = signed_in.post("/account/factors/recovery", status=200)
        assert page.page.xpath("//form[@data-passkey='get' and @action='/account/factors/prove']")
        answer = laptop.get(asked(signed_in, "/account/factors/prove/options"))
        fields = {"confirm_target": "/account/factors/recovery", "confirm_again": "1", "confirm_passkey": "x"}
        signed_in.post("/account/factors/prove", status=403, **fields)
        answer = laptop.get(asked(signed_in, "/account/factors/prove/options"))
        again = signed_in.post("/account/factors/prove", status=307, **{**fields, "confirm_passkey": answer})
        assert again.location == "/account/factors/recovery"
        assert len(signed_in.post(again.location, status=200).page.xpath("//ol[@id='codes']/li")) == 10


def test_questions_that_nobody_answered_are_swept_away(app: Flask, mo: User) -> None:
    for _ in range(3):
        asked(visitor(app), "/login/passkey/options")
    with clock.fixed(clock.now() + timedelta(minutes=6)):
        asked(visitor(app), "/login/passkey/options")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PendingProof)) == 1


@pytest.mark.parametrize(
    ("url", "works"),
    [
        ("https://hub.test", True),
        ("https://hub.test:8443", True),
        ("http://localhost:8000", True),
        ("http://hub.test", False),
        ("http://127.0.0.1:8000", False),
        ("https://192.0.2.1", False),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(app: Flask, mo: User, url: str, works: bool) -> None:
    app.config["HUB_URL"] = url
    browser = visitor(app)
    offered = browser.get("/login").page.xpath("//a[@href='/login/passkey']")
    assert bool(offered) == passkeys.available() == works
    if not works:
        assert "https" in browser.sign_in("mo").get("/account/factors").words
        assert browser.send("POST", "/login/passkey/options", data={"csrf_token": browser.token()}).status == 400


def test_the_hubs_address_and_not_that_of_the_request_says_who_asks(app: Flask, mo: User) -> None:
    browser = visitor(app)
    token = browser.token()
    answer = browser.send(
        "POST", "/login/passkey/options", data={"csrf_token": token}, headers={"X-Forwarded-Host": "evil.test"}
    )
    assert json.loads(answer.text)["rpId"] == "hub.test"
