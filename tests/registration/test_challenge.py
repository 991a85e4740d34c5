"""A challenge between a site's redirect and its registration: the hand-over survives it with all its fields."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from hub.extensions import limiter
from hub.sites.details import SiteDetails
from hub.sites.models import Site
from tests.fakes import FakeProbe
from tests.registration.conftest import (
    REGISTRATION,
    SITE_URL,
    Handed,
    change,
    count,
    forms,
    only_site,
    query,
    register,
    submit,
    update,
)
from tests.support.challenges import solved_on

RECORDED = sorted((Path(__file__).parents[1] / "recordings").glob("*/*-siteregistration.request"))


@pytest.fixture
def careful(visitor: FlaskClient) -> FlaskClient:
    """The browser of an administrator whose site meets the challenge."""
    change(challengeregistration="1", challengedifficulty="1000")
    return visitor


def sent_by(recorded: Path) -> str:
    """The query string of a recorded redirect."""
    found = re.match(rb"GET \S+\?(\S+) HTTP", recorded.read_bytes())
    assert found
    return found[1].decode()


def answered(page: str, **changes: str) -> dict[str, str]:
    """The page's form, solved."""
    (form,) = forms(page)
    return form | {"challenge_solution": solved_on(html.document_fromstring(page))} | changes


def told(site: Site) -> dict[str, Any]:
    """What the site told, as its row has it."""
    return {each.name: getattr(site, each.name) for each in fields(SiteDetails) if hasattr(site, each.name)}


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: f"{path.parent.name} {path.stem}")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_recorded_registration_ends_as_it_would_without_the_challenge(
    careful: FlaskClient, probe: FakeProbe, recorded: Path, method: str
) -> None:
    values = dict(parse_qsl(sent_by(recorded), keep_blank_values=True))
    if method == "GET":
        page = careful.get(f"{REGISTRATION}?{sent_by(recorded)}")
    else:
        page = careful.post(REGISTRATION, data=values)
    assert page.status_code == 200
    assert forms(page.text)[0].items() >= values.items()
    assert (probe.asked, count(Site)) == ([], 0)
    with_it = Handed.over(submit(careful, answered(page.text)))
    first = told(only_site())
    change(challengeregistration="0")
    without = Handed.over(careful.get(f"{REGISTRATION}?{sent_by(recorded)}"))
    assert with_it.values | {"newtoken": ""} == without.values | {"newtoken": ""}
    assert (with_it.page, first) == (without.page, told(only_site()))


@pytest.mark.parametrize("spoiled", ["garbage", ""])
def test_wrong_work_loses_no_field_and_asks_once_more(careful: FlaskClient, probe: FakeProbe, spoiled: str) -> None:
    page = careful.get(query(name="Ünï & <b>", description="one\ntwo", badges="3", unknown="kept"))
    again = submit(careful, answered(page.text, challenge_solution=spoiled, challenge_waited="1"))
    assert (again.status_code, "data-continues" in again.text, probe.asked) == (400, False, [])
    before, after = forms(page.text)[0], forms(again.text)[0]
    changing = ("csrf_token", "challenge_solution")
    assert {**before, **dict.fromkeys(changing)} == {**after, **dict.fromkeys(changing)}
    assert (after["description"], after["unknown"]) == ("one\ntwo", "kept")
    Handed.over(submit(careful, answered(again.text)))


def test_work_that_was_used_registers_no_second_site(careful: FlaskClient) -> None:
    form = answered(careful.get(query()).text)
    Handed.over(submit(careful, form))
    again = submit(careful, form | {"token": "another secret of a robot", "url": "https://robot.example.org"})
    assert (again.status_code, count(Site)) == (400, 1)


def test_a_known_site_registers_again_and_calls_without_meeting_the_challenge(careful: FlaskClient) -> None:
    token = Handed.over(submit(careful, answered(careful.get(query()).text))).token
    assert register(careful).token != token
    assert update(careful, token, name="New name") is True or only_site().name == "New name"


def test_a_site_under_another_url_is_asked_whether_it_moved_as_ever(careful: FlaskClient) -> None:
    Handed.over(submit(careful, answered(careful.get(query()).text)))
    page = careful.get(query(url="https://elsewhere.example.org"))
    assert {form.get("action") for form in forms(page.text)} >= {"moved", "copied"} or "moved" in page.text
    assert "data-challenge" not in page.text


def test_an_answer_that_stands_in_the_address_does_not_become_one_on_the_page(careful: FlaskClient) -> None:
    page = careful.get(query(action="moved", freshmoodletokenconf="1", deny="1"))
    assert {"action", "freshmoodletokenconf", "deny"} & forms(page.text)[0].keys() == set()


def test_the_pages_form_may_lead_to_the_site(careful: FlaskClient) -> None:
    policy = careful.get(query()).headers["Content-Security-Policy"]
    assert f"form-action 'self' {SITE_URL}" in policy
    assert "worker-src 'self'" in policy


@pytest.mark.usefixtures("rate_limits")
def test_registering_once_costs_one_registration(careful: FlaskClient, hub: Flask) -> None:
    change(registrationsperhour="1")
    limiter.reset()
    page = careful.get(query())
    Handed.over(submit(careful, answered(page.text)))
    assert careful.get(query()).status_code == 429  # it is known now, and goes on without the challenge
