"""Switches for an emergency: which door rests, which goes on, and how each says so."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from hub.access import Role
from hub.accounts import people
from hub.courses.models import Course, CourseFile, Kind
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from hub.settings.emergency import RETRY_AFTER
from hub.sites.models import Site
from hub.tokens.services import PUBLIC_TOKEN, Service
from hub.webservices.registry import Registry
from tests.factories import BACKUP, make_course, make_site, make_token
from tests.fakes import FakeProbe
from tests.support.pages import PASSWORD, Visitor, visitor

SERVICES = "/local/hub/webservice/webservices.php"
REGISTRATION = "/local/hub/siteregistration.php"
ON = {"readonly": "1", "allownewsites": "0", "allownewcourses": "0"}

# What each writing function answers while each switch is on; "" for: it does what it always does.
EXPECTED = {
    "hub_update_site_info": {"readonly": "hubreadonly", "allownewsites": "", "allownewcourses": ""},
    "hub_unregister_site": {"readonly": "hubreadonly", "allownewsites": "", "allownewcourses": ""},
    "hub_register_courses": {"readonly": "hubreadonly", "allownewsites": "", "allownewcourses": "newcoursespaused"},
    "hub_unregister_courses": {"readonly": "hubreadonly", "allownewsites": "", "allownewcourses": ""},
}


def change(**settings: str) -> None:
    with transaction(db.session):
        for name, text in settings.items():
            declared.change(name, text)


@pytest.fixture
def hub(app: Flask) -> Flask:
    """An open hub, where every site answers and no form asks for a challenge."""
    change(hubenabled="1", privacy="search", name="Hub of tests")
    app.extensions["hub_probe"] = FakeProbe()
    return app


@pytest.fixture
def site(hub: Flask) -> Site:
    """A registered site."""
    return make_site(secret="a secret of tests")


def arguments(function: str, site: Site, course: Course) -> dict[str, Any]:
    return {
        "hub_update_site_info": {"siteinfo[url]": site.url, "siteinfo[name]": "New name"},
        "hub_unregister_site": {},
        "hub_register_courses": {
            f"courses[0][{name}]": value
            for name, value in {"sitecourseid": 77, "fullname": "A new course", "enrollable": 1}.items()
        },
        "hub_unregister_courses": {"courseids[0]": course.id},
        "hub_get_info": {},
        "hub_site_is_registered": {},
        "hub_get_courses": {"search": "", "downloadable": 0, "enrollable": 1},
    }[function]


def rest(client: FlaskClient, token: str, function: str, values: dict[str, Any]) -> Any:
    given = {"wstoken": token, "wsfunction": function, "moodlewsrestformat": "json"} | values
    response = client.post(SERVICES, data=given)
    assert response.status_code == 200
    return json.loads(response.data)


def everything() -> list[Any]:
    """What the database says about sites, courses and events."""
    db.session.rollback()
    sites = db.session.execute(sa.select(Site.id, Site.name, Site.state)).all()
    courses = db.session.execute(sa.select(Course.id, Course.fullname, Course.withdrawn_at)).all()
    return [*sites, *courses, db.session.scalar(sa.select(sa.func.count()).select_from(EventRow))]


def test_the_table_names_every_function_that_writes(hub: Flask) -> None:
    registry: Registry = hub.extensions["webservices"].registry
    offered = [each for service in Service for each in registry.opened_by(service)]
    assert {each.name for each in offered if each.writes} == set(EXPECTED)


@pytest.mark.parametrize("switch", ON)
@pytest.mark.parametrize("function", EXPECTED)
def test_every_writing_function_under_every_switch(hub: Flask, site: Site, function: str, switch: str) -> None:
    course, token = make_course(site), make_token(site)
    change(**{switch: ON[switch]})
    before, wanted = everything(), EXPECTED[function][switch]
    answer = rest(hub.test_client(), token, function, arguments(function, site, course))
    if wanted:
        assert (answer["exception"], answer["errorcode"]) == ("moodle_exception", wanted)
        assert re.search("Try again|Publish this one in some days", answer["message"])
        assert everything() == before
    else:
        assert not isinstance(answer, dict), answer
        assert everything() != before


def test_a_read_only_hub_says_so_in_xml_rpc_too_and_nobody_reads_that_the_token_is_invalid(
    hub: Flask, site: Site
) -> None:
    token = make_token(site)
    change(readonly="1")
    body = b"<?xml version='1.0'?><methodCall><methodName>hub_unregister_site</methodName><params/></methodCall>"
    answer = hub.test_client().post(f"{SERVICES}?wstoken={token}", data=body, content_type="text/xml")
    (text,) = etree.fromstring(answer.data).xpath("//member[name='faultString']/value/string/text()")
    assert text.endswith("ERRORCODE: hubreadonly")
    assert "invalidtoken" not in answer.text


@pytest.mark.parametrize("function", ["hub_get_info", "hub_site_is_registered", "hub_get_courses"])
def test_a_read_only_hub_goes_on_answering(hub: Flask, site: Site, function: str) -> None:
    course, token = make_course(site), make_token(site)
    change(**ON)
    answer = rest(hub.test_client(), token, function, arguments(function, site, course))
    assert not (isinstance(answer, dict) and "errorcode" in answer), answer


def test_a_read_only_hub_is_searched_and_downloaded_from_and_notes_nothing(hub: Flask, site: Site) -> None:
    course = make_course(site, kind=Kind.DOWNLOADABLE)
    joined = make_course(site)
    change(readonly="1")
    before, client = everything(), hub.test_client()
    assert f"/courses/{course.id}/" in client.get("/?search=Course").text
    with client.get(f"/local/hub/webservice/download.php?filetype=backup&courseid={course.id}") as file:
        assert file.data == BACKUP
    assert client.get(f"/?redirectcourseid={joined.id}").status_code == 303
    assert everything() == before
    found = rest(client, PUBLIC_TOKEN, "hub_get_courses", arguments("hub_get_courses", site, course))
    assert found["coursetotal"] == 1


def upload(client: FlaskClient, token: str, course: Course) -> Any:
    fields = {"filetype": "backup", "courseid": str(course.id), "filename": "b.mbz", "token": token}
    return client.post("/local/hub/webservice/upload.php", data={**fields, "file": (io.BytesIO(BACKUP), "b.mbz")})


def test_files_rest_while_the_hub_is_read_only(hub: Flask, site: Site) -> None:
    course, token = make_course(site, kind=Kind.DOWNLOADABLE, backup=None), make_token(site)
    change(readonly="1")
    answer = upload(hub.test_client(), token, course)
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert answer.headers["Retry-After"] == str(RETRY_AFTER)
    assert "read-only" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseFile)) == 0
    change(readonly="0", allownewcourses="0")
    assert upload(hub.test_client(), token, course).status_code == 200


def arrive(hub: Flask, **values: str) -> Any:
    given = {"url": "https://new.example.org", "token": "the secret of a new site", "name": "New"} | values
    return hub.test_client().get(f"{REGISTRATION}?{urlencode(given)}")


def test_no_new_site_is_taken_in_and_the_known_ones_go_on(hub: Flask, site: Site) -> None:
    change(allownewsites="0")
    answer = arrive(hub)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(RETRY_AFTER))
    assert "newsitespaused" in answer.text
    assert hub.extensions["hub_probe"].asked == []
    assert arrive(hub, url=site.url, token="another secret on the same URL").status_code == 503
    assert arrive(hub, url=site.url, token="a secret of tests").status_code == 303


def test_on_a_read_only_hub_no_site_registers_nor_registers_again(hub: Flask, site: Site) -> None:
    change(readonly="1")
    for answer in (arrive(hub), arrive(hub, url=site.url, token="a secret of tests")):
        assert (answer.status_code, "hubreadonly" in answer.text) == (503, True)


def signed_in(hub: Flask, role: Role) -> Visitor:
    with transaction(db.session):
        people.create(role.value, f"{role.value}@hub.test", PASSWORD, role, by=COMMAND)
    return visitor(hub).sign_in(role.value)


def test_an_administrator_signs_in_to_a_read_only_hub_and_ends_it(hub: Flask, site: Site) -> None:
    change(readonly="1")
    administrator = signed_in(hub, Role.ADMINISTRATOR)
    page = administrator.post("/admin/sites/acts", status=503, ids=str(site.id), act="hide", reason="x")
    assert "read-only" in page.words
    assert page.headers["Retry-After"] == str(RETRY_AFTER)
    assert "60 minutes" in page.words
    room = administrator.get("/admin/settings")
    assert room.page.xpath("//*[@role='note']//a[@href='/admin/settings#emergency']")
    form = room.page.xpath("//form[@action='/admin/settings']")[0]
    values = {name: value for name, value in form.form_values() if name not in ("csrf_token", "readonly")}
    administrator.post("/admin/settings", **values)
    assert declared.current("readonly") is False
    administrator.post("/admin/sites/acts", status=302, ids=str(site.id), act="prioritise", reason="x", confirmed="1")


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ({"readonly": "1"}, "read-only at the moment"),
        ({"allownewsites": "0"}, "no new sites"),
        ({"allownewcourses": "0"}, "no new courses"),
    ],
)
def test_every_page_says_which_switch_is_on(hub: Flask, switch: dict[str, str], words: str) -> None:
    guest, moderator = visitor(hub), signed_in(hub, Role.MODERATOR)
    line = "string(//aside[@class='announcement'])"
    assert guest.get("/").page.xpath(line) == ""
    change(**switch)
    assert words in guest.get("/").page.xpath(line)
    room = moderator.get("/admin/")
    assert words in room.words
    assert not room.page.xpath("//*[@role='note']//a"), "moderators do not open the settings"
