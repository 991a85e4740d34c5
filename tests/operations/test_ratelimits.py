"""Who asks too often hears so, in the form that he understands."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter

from hub import ratelimits
from hub.database import transaction
from hub.extensions import db
from hub.settings import declared
from hub.webservices.faults import RateLimited
from tests.support.server import free_port

REGISTRATION = "/local/hub/siteregistration.php"
WEB_SERVICES = "/local/hub/webservice/webservices.php"

pytestmark = pytest.mark.usefixtures("rate_limits")


def allow(setting: str, number: str) -> None:
    with transaction(db.session):
        declared.change(setting, number)


def test_an_address_registers_thirty_times_an_hour_and_then_has_to_wait(client: FlaskClient) -> None:
    answers = [client.get(REGISTRATION, query_string={"url": "http://moodle.test"}) for _ in range(31)]
    assert 429 not in [answer.status_code for answer in answers[:30]]
    assert answers[30].status_code == 429
    assert 1 <= int(answers[30].headers["Retry-After"]) <= 3600
    assert "<h1" in answers[30].text


def test_another_address_is_not_concerned(client: FlaskClient) -> None:
    allow("registrationsperhour", "1")
    query = {"url": "http://moodle.test"}
    statuses = [
        client.get(REGISTRATION, query_string=query, environ_base={"REMOTE_ADDR": address}).status_code == 429
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1")
    ]
    assert statuses == [False, False, True]


def test_one_visitors_many_ipv6_addresses_count_as_one(client: FlaskClient) -> None:
    allow("registrationsperhour", "1")
    statuses = [
        client.get(
            REGISTRATION, query_string={"url": "http://moodle.test"}, environ_base={"REMOTE_ADDR": address}
        ).status_code
        == 429
        for address in ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1")
    ]
    assert statuses == [False, True, False]


def test_an_empty_url_in_the_address_does_not_hide_the_one_in_the_form_from_the_limit(client: FlaskClient) -> None:
    allow("registrationsperhour", "1")
    statuses = [client.post(f"{REGISTRATION}?url=", data={"url": "no url"}).status_code for _ in range(2)]
    assert statuses[1] == 429


def test_what_a_get_carries_as_its_body_registers_nobody(client: FlaskClient) -> None:
    allow("hubenabled", "1")
    answer = client.get(REGISTRATION, data={"url": "http://moodle.test", "token": "a secret"})
    assert (answer.status_code, "The site&#39;s URL is missing" in answer.text) == (400, True)


def test_looking_at_the_registration_page_costs_nothing(client: FlaskClient) -> None:
    allow("registrationsperhour", "1")
    assert 429 not in [client.get(REGISTRATION).status_code for _ in range(5)]


def test_too_many_calls_are_answered_in_the_callers_dialect_with_status_200(client: FlaskClient) -> None:
    allow("callsperhour", "0")
    rest = client.get(WEB_SERVICES, query_string={"wsfunction": "hub_get_info", "moodlewsrestformat": "json"})
    assert rest.status_code == 200
    assert json.loads(rest.text)["errorcode"] == "ratelimited"
    xml = client.post(
        WEB_SERVICES,
        data=b"<?xml version='1.0'?><methodCall><methodName>hub_get_info</methodName><params/></methodCall>",
        content_type="text/xml",
    )
    assert xml.status_code == 200
    assert "ERRORCODE: ratelimited" in xml.text


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_the_health_of_the_hub_can_be_asked_at_any_time(client: FlaskClient, address: str) -> None:
    assert {client.get(address).status_code for _ in range(100)} == {200}


def test_no_number_means_no_limit(app: Flask) -> None:
    allow("registrationsperhour", "")
    for _ in range(100):
        ratelimits.spend(ratelimits.REGISTRATIONS, "192.0.2.1")


def test_none_allowed_means_none(app: Flask) -> None:
    allow("registrationsperhour", "0")
    with pytest.raises(RateLimited):
        ratelimits.spend(ratelimits.REGISTRATIONS, "192.0.2.1")


def test_a_counter_that_is_away_keeps_nobody_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Limiter(key_func=lambda: "", storage_uri=f"redis://127.0.0.1:{free_port()}")
    away.init_app(Flask("away"))
    monkeypatch.setattr(ratelimits, "limiter", away)
    ratelimits.spend(ratelimits.REGISTRATIONS, "192.0.2.1")
    assert "nobody is counted" in caplog.text
