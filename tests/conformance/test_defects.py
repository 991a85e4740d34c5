"""Findings about the original hub that concern the whole of ours."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import hub
from hub.errors import HubError
from hub.extensions import db
from hub.settings import declared
from hub.sites import finding, listing
from hub.sites.finding import SiteCriteria
from hub.sites.models import SiteState
from hub.tokens.services import Service
from hub.webservices.registry import registry
from tests.factories import make_course, make_site, make_token
from tests.fakes import FakeProbe
from tests.support.moodle import MoodleSite

REGISTRATION = "/local/hub/siteregistration.php"
SERVICES = "/local/hub/webservice/webservices.php"
SECRET = "Zx3fK9qLw8mRt2vBn7yHc5jDp4sGa6eUwww.example.org"
ROOT = Path(hub.__file__).resolve().parent.parent


@pytest.fixture
def open_hub(app: Flask) -> Flask:
    """A hub that everybody may use; every site answers."""
    for name, text in (("hubenabled", "1"), ("privacy", "search")):
        declared.change(name, text)
    db.session.commit()
    app.extensions["hub_probe"] = FakeProbe()
    return app


def call(client: FlaskClient, token: str, function: str, **arguments: str) -> object:
    form = {"wstoken": token, "wsfunction": function, "moodlewsrestformat": "json", **arguments}
    answer = client.post(SERVICES, data=form)
    assert answer.status_code == 200
    return answer.get_json()


def test_b_03_a_picture_that_a_site_names_is_never_fetched(
    open_hub: Flask, client: FlaskClient, moodle: MoodleSite
) -> None:
    picture = f"{moodle.url}/logo.png"
    told = {"url": "https://www.example.org", "token": SECRET, "name": "Site", "imageurl": picture}
    answer = client.get(REGISTRATION, query_string=told)
    assert answer.status_code == 303
    token = make_token(listing.get_by_url("https://www.example.org"))
    told_later = {"siteinfo[url]": "https://www.example.org", "siteinfo[name]": "Site", "siteinfo[imageurl]": picture}
    assert call(client, token, "hub_update_site_info", **told_later) is True
    assert moodle.hits == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"options[orderby]": "newest; DROP TABLE course"},
        {"options[ids][0]": "1) OR (1=1"},
        {"options[subject]": "field101' OR '1'='1"},
        {"search": "%' OR 1=1 --"},
        {"search": '" OR NEAR(x y) *'},
    ],
    ids=str,
)
def test_b_11_b_12_text_from_outside_never_becomes_a_statement(
    open_hub: Flask, client: FlaskClient, arguments: dict[str, str]
) -> None:
    make_course()
    answer = call(client, "publichub", "hub_get_courses", downloadable="1", enrollable="1", **arguments)
    assert isinstance(answer, dict)
    assert answer.get("errorcode") in (None, "invalidparameter")
    assert call(client, "publichub", "hub_get_info")["courses"] == 1  # type: ignore[index]  # JSON


def test_b_11_a_forged_forwarding_address_is_only_text(open_hub: Flask, client: FlaskClient) -> None:
    answer = client.get("/sites", headers={"X-Forwarded-For": "1.2.3.4'; DROP TABLE site; --, ::garbage"})
    assert answer.status_code == 200


@pytest.mark.parametrize("page", ["edit.php?delete=1", "edit.php?cool=1", "index_norecordset.php"])
def test_b_23_nobody_edits_the_public_list(open_hub: Flask, client: FlaskClient, page: str) -> None:
    site = make_site()
    assert client.get(f"/local/hub/top/sites/{page}").status_code == 404
    assert client.post(f"/local/hub/top/sites/{page}").status_code in (400, 404, 405)
    assert listing.get(site.id).live


@pytest.mark.parametrize("function", ["hub_sync_into_sitesregister", "hub_get_sitesregister", "hub_get_sites"])
def test_b_26_b_47_the_register_exchange_is_not_offered(open_hub: Flask, client: FlaskClient, function: str) -> None:
    answer = call(client, make_token(make_site()), function)
    assert answer["errorcode"] == "invalidrecord"  # type: ignore[index]  # JSON


def test_b_47_each_token_opens_only_what_its_bearer_needs() -> None:
    offered = {
        service: {each.name for each in registry.opened_by(service) if not each.name.startswith("system.")}
        for service in Service
    }
    assert offered[Service.DIRECTORY] == {"hub_get_info"}
    assert offered[Service.PUBLIC] == {"hub_get_info", "hub_get_courses"}


def test_b_35_sites_that_left_can_be_listed_with_any_filter(app: Flask) -> None:
    gone = make_site(name="Gone", state=SiteState.UNREGISTERED, language="fr", country_code="FR")
    make_site(name="Here", language="fr", country_code="FR")
    asked = SiteCriteria(search="Gone", state=SiteState.UNREGISTERED, language="fr", country="FR", trusted=False)
    assert [site.id for site in finding.every(asked)] == [gone.id]


def errors() -> list[type[HubError]]:
    """Every error of the family, wherever it is declared."""
    for module in pkgutil.walk_packages(hub.__path__, "hub."):
        importlib.import_module(module.name)

    def below(parent: type[HubError]) -> list[type[HubError]]:
        return [each for child in parent.__subclasses__() for each in (child, *below(child))]

    return [each for each in below(HubError) if each.__module__.startswith("hub.")]


def test_b_42_every_error_has_a_name_of_its_own_words_and_a_status() -> None:
    for error in errors():
        assert re.fullmatch(r"[a-z][a-z0-9]+", error.key), error
        assert error.__doc__, error
        assert 400 <= error.status < 600, error


def test_b_46_no_secret_is_in_the_project(app: Flask) -> None:
    """What is secret is made on the machine that runs the hub, readable by its user only, in a folder git ignores."""
    assert "/var/" in (ROOT / ".gitignore").read_text().splitlines()
    sources = [path for folder in ("hub", "templates") for path in (ROOT / folder).rglob("*") if path.is_file()]
    texts = {path.name: path.read_bytes() for path in [*sources, ROOT / "config.py", ROOT / "wsgi.py"]}
    assert [
        name for name, text in texts.items() if re.search(rb"wstoken=[A-Za-z0-9]{20}|PRIVATE KEY-----\n", text)
    ] == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/no/such/page", 404),
        ("/courses/123456789", 404),
        (f"{REGISTRATION}?url=ftp%3A%2F%2Fx&token={SECRET}", 400),
        (f"{REGISTRATION}?url=https%3A%2F%2Fwww.example.org", 400),
        (f"{SERVICES}?wstoken=unknown&wsfunction=hub_get_info", 200),
    ],
)
def test_b_48_pages_say_what_happened_by_their_status_and_web_services_by_their_answer(
    open_hub: Flask, client: FlaskClient, address: str, status: int
) -> None:
    assert client.get(address).status_code == status


def test_assertion_103_a_site_may_call_before_its_administrator_is_back(open_hub: Flask, client: FlaskClient) -> None:
    """Sites of 3.8 and later update from inside the page that the redirect leads to: nothing waits for the browser."""
    url = "https://www.example.org"
    answer = client.get(REGISTRATION, query_string={"token": SECRET, "url": url})
    token = re.search(r"newtoken=(\w+)", answer.headers["Location"])
    assert token is not None
    updated = call(client, token[1], "hub_update_site_info", **{"siteinfo[url]": url, "siteinfo[name]": "Nested"})
    assert updated is True
    assert listing.get_by_url(url).name == "Nested"
