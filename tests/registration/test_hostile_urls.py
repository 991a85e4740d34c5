"""No address inside our own network is visited or stored, neither at registration nor at an update (B-02, T-18)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import NO_ANSWER
from hub.outgoing.resolving import Lookup, Resolve
from hub.sites.models import Site
from hub.sites.probe import ProbeResult, probe
from tests.outgoing.addresses import HOSTILE_URLS, INWARD_URLS, NEVER_URLS, resolve_hostile
from tests.registration.conftest import SITE_URL, count, mails, matters, only_site, query, register, update
from tests.support.moodle import MoodleSite

REFUSED = {"cannotregisternotavailablesite", "cannotregisterbadport", "errorwrongdata"}


def use(hub: Flask, resolve: Resolve) -> None:
    """Let the hub ask sites through the real client, with this name server."""
    client = GuardedClient(lookup=Lookup(resolve))

    def ask(url: str, within: float) -> ProbeResult:
        return probe(url, within, client=client)

    hub.extensions["hub_probe"] = ask


@pytest.fixture
def guarded(visitor: FlaskClient, hub: Flask) -> Flask:
    use(hub, resolve_hostile)
    return hub


def test_there_are_enough_hostile_addresses() -> None:
    assert len(HOSTILE_URLS) >= 60


def test_B02_no_hostile_address_registers(visitor: FlaskClient, guarded: Flask) -> None:
    for url in HOSTILE_URLS:
        response = visitor.get(query(url=url))
        assert response.status_code == 400, url
        assert "Location" not in response.headers
        assert any(key in response.text for key in REFUSED), url
    assert count(Site) == 0
    assert mails() == []


def test_B02_every_refused_address_gets_the_same_sentence(visitor: FlaskClient, guarded: Flask) -> None:
    for url in NEVER_URLS + INWARD_URLS:
        page = visitor.get(query(url=url)).text
        assert NO_ANSWER in page or "errorwrongdata" in page, url


def test_T18_no_hostile_address_gets_in_by_an_update(visitor: FlaskClient, hub: Flask) -> None:
    token = register(visitor, name="A site").token
    use(hub, resolve_hostile)
    for url in filter(None, HOSTILE_URLS):
        answer = update(visitor, token, url=url, name="Hostile")
        assert isinstance(answer, dict), url
        assert answer["errorcode"] in REFUSED, url
        assert answer["exception"] == "moodle_exception"
    assert (only_site().url, only_site().name, matters()) == (SITE_URL, "A site", [])


def test_B02_a_name_that_flips_between_two_look_ups_does_not_get_through(
    visitor: FlaskClient, hub: Flask, moodle: MoodleSite
) -> None:
    harmless = MoodleSite("127.0.0.3", port=moodle.port, status=503)
    answers: Iterator[str] = iter(["127.0.0.3", *["127.0.0.1"] * 10])
    client = GuardedClient(allowed=(ip_network("127.0.0.3/32"),), lookup=Lookup(lambda _host, _port: [next(answers)]))
    hub.extensions["hub_probe"] = lambda url, within: probe(url, within, client=client)
    for _ in range(3):
        assert visitor.get(query(url=f"http://flipping.test:{moodle.port}")).status_code == 400
    harmless.stop()
    assert [hit.method for hit in harmless.hits] == ["HEAD"]
    assert moodle.hits == []
    assert count(Site) == 0


def test_a_site_that_answers_registers_through_the_real_client(
    visitor: FlaskClient, hub: Flask, moodle: MoodleSite
) -> None:
    client = GuardedClient(allowed=True)
    hub.extensions["hub_probe"] = lambda url, within: probe(url, within, client=client)
    assert register(visitor, url=moodle.url).page.startswith(moodle.url)
    assert [hit.method for hit in moodle.hits] == ["HEAD"]
