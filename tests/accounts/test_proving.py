"""Before something grave the hub asks once more who somebody is; then what was asked for happens, fields and all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import proving
from hub.accounts.models import User
from hub.accounts.proving import Way
from hub.admin import acting
from hub.admin.acting import Act, Desk
from hub.extensions import db
from tests.accounts.conftest import kinds, mails, make_person
from tests.support.pages import PASSWORD, Answer, Visitor, visitor

NOON = clock.from_unix(1_800_000_000)
LATER = NOON + timedelta(minutes=20)
INVITATION = {"email": "new@hub.test", "role": "auditor"}


@pytest.fixture(autouse=True)
def later(app: Flask) -> Iterator[None]:
    """The tests happen twenty minutes after noon, when everybody signed in."""
    with clock.fixed(LATER):
        yield


@pytest.fixture
def ada(app: Flask) -> Visitor:
    """An administrator who signed in twenty minutes ago."""
    make_person("Ada", Role.ADMINISTRATOR)
    with clock.fixed(NOON):
        return visitor(app).sign_in("ada")


def repeated(answer: Answer) -> dict[str, str]:
    """What the page would send after the password."""
    fields = {each.get("name"): each.get("value") for each in answer.page.xpath("//main//input[@type='hidden']")}
    texts = {each.get("name"): each.text.removeprefix("\n") for each in answer.page.xpath("//main//textarea")}
    return {name: str(value) for name, value in (fields | texts).items() if name != "csrf_token"}


def test_an_act_is_done_after_the_password_with_all_that_was_typed(ada: Visitor) -> None:
    asked = ada.post("/admin/people/invite", status=200, **INVITATION)
    assert mails("invitation") == []
    assert repeated(asked) == {"confirm_target": "/admin/people/invite", "confirm_again": "1", **INVITATION}
    answer = ada.post("/account/confirm", status=307, confirm_password=PASSWORD, **repeated(asked))
    assert answer.location == "/admin/people/invite"
    ada.post(answer.location, **repeated(asked))
    assert [mail.recipient for mail in mails("invitation")] == ["new@hub.test"]


def test_for_a_quarter_of_an_hour_it_is_not_asked_again(ada: Visitor) -> None:
    ada.post("/account/confirm", status=303, confirm_password=PASSWORD)
    with clock.fixed(LATER + timedelta(minutes=14)):
        ada.post("/admin/people/invite", **INVITATION)
    with clock.fixed(LATER + timedelta(minutes=16)):
        ada.post("/admin/people/invite", status=200, **INVITATION)
    assert len(mails("invitation")) == 1


def test_a_wrong_password_proves_nothing_keeps_the_fields_and_is_noted(ada: Visitor) -> None:
    asked = ada.post("/admin/people/invite", status=200, **INVITATION)
    answer = ada.post("/account/confirm", status=403, confirm_password="wrong", **repeated(asked))
    assert repeated(answer) == repeated(asked)
    assert "wrong" not in answer.text.replace("was not right", "")
    assert kinds()[-1] == "sign-in failed"
    ada.post("/admin/people/invite", status=200, **INVITATION)


def test_many_values_of_one_name_and_line_breaks_survive(app: Flask, ada: Visitor) -> None:
    data = {"ids": ["3", "4"], "reason": "\nfirst line\nsecond <b>line</b>", "act": "ban", "csrf_token": ada.token()}
    answer = ada.send("POST", "/admin/people/acts", data=data)
    # The first line break of a text field is none of its text: browsers drop it.
    sent = [(each.get("name"), each.text.removeprefix("\n")) for each in answer.page.xpath("//main//textarea")]
    assert sent == [("ids", "3"), ("ids", "4"), ("reason", "\nfirst line\nsecond <b>line</b>"), ("act", "ban")]


@pytest.mark.parametrize(
    "elsewhere", ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", "", "/\r\nX: y"]
)
def test_going_on_never_leads_to_another_host(ada: Visitor, elsewhere: str) -> None:
    answer = ada.post(
        "/account/confirm", status=307, confirm_password=PASSWORD, confirm_target=elsewhere, confirm_again="1"
    )
    assert answer.location == "/account"
    page = ada.get(f"/account/confirm?next={elsewhere.strip()}")
    assert page.hidden("confirm_target") == ["/account"]


def test_what_is_too_large_to_be_kept_or_has_a_file_is_asked_for_again(ada: Visitor) -> None:
    fields = {"csrf_token": ada.token(), "email": "x" * (proving.MOST_CHARACTERS + 1)}
    page = "http://localhost/admin/people/invite"
    answer = ada.send("POST", "/admin/people/invite", data=fields, headers={"Referer": page})
    assert answer.location == "/account/confirm?next=/admin/people/invite"
    assert "once more" in ada.get(answer.location).text
    stranger = ada.send("POST", "/admin/people/invite", data=fields, headers={"Referer": "http://evil.test/x"})
    assert stranger.location == "/account/confirm"


def test_somebody_who_has_not_signed_in_is_not_asked_for_a_proof_but_to_sign_in(app: Flask) -> None:
    assert visitor(app).post("/admin/people/invite", **INVITATION).location == "/login"


@pytest.fixture
def whistle() -> Iterator[None]:
    """People may also prove themselves by whistling."""
    proving.add_way(Way("whistle", "Whistle", lambda user: True, lambda user, text: text == "fiuu"))
    yield
    del proving._ways["whistle"]


def test_another_way_than_the_password_proves_as_well(ada: Visitor, whistle: None) -> None:
    assert "Whistle" in ada.get("/account/confirm").words
    ada.post("/account/confirm", status=403, confirm_whistle="moo")
    ada.post("/account/confirm", status=303, confirm_whistle="fiuu")
    ada.post("/admin/people/invite", **INVITATION)


def test_a_grave_act_of_any_desk_asks_for_the_proof(app: Flask, ada: Visitor) -> None:
    done: list[str] = []
    act = Act(
        "burn", "Burn", lambda user: "Burns.", lambda users, by, reason: done.append(reason), "Burnt.", grave=True
    )
    desk = Desk({"burn": act}, lambda ids: db.session.scalars(sa.select(User)).all(), lambda user: user.username)
    key = ada.client.get_cookie("hub_session").value
    for moment, expected in ((LATER, []), (NOON, ["cold"])):
        data = {"act": "burn", "ids": "1", "reason": "cold"}
        with (
            clock.fixed(moment),
            app.test_request_context("/x", method="POST", data=data, headers={"Cookie": f"hub_session={key}"}),
        ):
            app.config["WTF_CSRF_ENABLED"] = False
            acting.perform(desk, "/admin/")
        assert done == expected


def test_guessing_the_password_at_this_door_is_stopped(ada: Visitor, rate_limits: None) -> None:
    statuses = {ada.send("POST", "/account/confirm", data={"csrf_token": ada.token()}).status for _ in range(21)}
    assert statuses == {403, 429}
