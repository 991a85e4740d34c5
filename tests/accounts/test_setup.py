"""The first run."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.access import Role
from hub.accounts import people, setup
from hub.accounts.models import User
from hub.events.models import EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.settings import declared
from tests.support.pages import PASSWORD, visitor

ANSWERS = {
    "username": "Ada",
    "email": "ada@hub.test",
    "password": PASSWORD,
    "name": "Hub of the north",
    "description": "Courses from the north.",
    "privacy": "search",
    "contactemail": "",
}


def test_the_code_is_the_same_until_there_is_an_administrator_and_then_gone(app: Flask) -> None:
    first = setup.code()
    assert first
    assert setup.code() == first
    people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    assert setup.code() is None


def test_the_first_run_page_makes_an_administrator_opens_the_hub_and_signs_in(app: Flask) -> None:
    browser = visitor(app)
    form = browser.get(f"/setup?code={setup.code()}")
    assert form.hidden("code") == [setup.code()]
    assert form.page.xpath("//input[@name='privacy'][@checked]/@value") == ["search"]
    browser.post("/setup", code=setup.code(), **ANSWERS)
    assert "Hub of the north" in browser.get("/admin/").text
    assert declared.current("hubenabled") is True
    assert declared.current("privacy") == "search"
    assert declared.current("contactemail") == "ada@hub.test"
    assert people.find("ADA").role is Role.ADMINISTRATOR


def test_the_set_up_leaves_one_event_that_names_the_administrator(app: Flask) -> None:
    visitor(app).post("/setup", code=setup.code(), **ANSWERS)
    found = db.session.scalars(sa.select(EventRow).where(EventRow.kind == Event.HUB_SET_UP.value)).all()
    assert [row.actor for row in found] == [people.find("ada").actor]


@pytest.mark.parametrize("code", ["", "WRONG", "é" * 24])
def test_without_the_right_code_nothing_is_set_up(app: Flask, code: str) -> None:
    answer = visitor(app).post("/setup", status=422 if not code else 403, code=code, **ANSWERS)
    assert not people.anybody()
    assert declared.current("hubenabled") is False
    assert PASSWORD not in answer.text


def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_set_up(app: Flask) -> None:
    answer = visitor(app).post("/setup", status=422, code=setup.code(), **{**ANSWERS, "password": "short"})
    assert "At least 10 characters" in answer.words
    assert not people.anybody()


def test_once_set_up_the_page_leads_to_the_sign_in_and_its_form_acts_no_more(app: Flask) -> None:
    code = setup.code()
    visitor(app).post("/setup", code=code, **ANSWERS)
    late = visitor(app)
    assert late.get("/setup", status=302).location == "/login"
    late.post("/setup", status=409, code=code, **{**ANSWERS, "username": "mallory"})
    assert people.find("mallory") is None


def test_of_two_browsers_that_submit_at_once_one_becomes_administrator(app: Flask) -> None:
    code, barrier, statuses = setup.code(), threading.Barrier(2), []

    def submit(username: str) -> None:
        browser = visitor(app)
        token = browser.token()
        barrier.wait()
        answer = browser.send(
            "POST", "/setup", data={**ANSWERS, "csrf_token": token, "code": code, "username": username}
        )
        statuses.append(answer.status)

    threads = [threading.Thread(target=submit, args=(name,)) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 409]
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1
