"""The doctor's page, his JSON and his command, and the way to him from a registration that failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.doctor import jobs, views
from hub.doctor.examination import Doctor
from hub.doctor.models import DoctorReport
from hub.doctor.patience import Patience
from hub.events.record import COMMAND
from hub.extensions import db
from hub.outgoing.errors import NO_ANSWER
from hub.settings import declared
from hub.sites.models import SitePrivacy
from tests.doctor.conftest import BRIEF
from tests.doctor.faulty import PAGE
from tests.factories import make_site
from tests.fakes import FakeProbe
from tests.outgoing.proxies import Internet, internet
from tests.outgoing.servers import Speak, answer, says
from tests.support.pages import PASSWORD, Answer, Visitor, visitor

SITE = "http://moodle.test"


class Site:
    """A public site that changes its mind."""

    def __init__(self) -> None:
        self.speak: Speak = says(answer(200, PAGE))

    def __call__(self, connection: object, request: bytes) -> None:
        self.speak(connection, request)  # type: ignore[arg-type]  # a socket


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def world(app: Flask, site: Site) -> Iterator[Internet]:
    """An open hub whose doctor sees one public site under every name."""
    change(hubenabled="1", privacy="search")
    with internet(site) as world:
        client = world.client({"inside.test": ("10.0.0.1",)})
        app.extensions["doctor"] = Doctor(client, Patience(**BRIEF))
        yield world


@pytest.fixture
def guest(app: Flask, world: Internet) -> Visitor:
    return visitor(app)


@pytest.fixture
def moderator(app: Flask, world: Internet) -> Visitor:
    with transaction(db.session):
        people.create("moderator", "moderator@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)
    return visitor(app).sign_in("moderator")


def change(**settings: str) -> None:
    with transaction(db.session):
        for name, text in settings.items():
            declared.change(name, text)


def examined(who: Visitor, url: str, **fields: str) -> Answer:
    """The page to which an examination leads."""
    done = who.post("/doctor", 303, url=url, **fields)
    return who.get(str(done.location))


def told(who: Visitor, url: str, status: int = 200, **options: str) -> dict[str, object]:
    answered = who.send("GET", f"/api/v1/doctor?{urlencode({'url': url, **options})}")
    assert answered.status == status, answered.text
    return json.loads(answered.text)  # type: ignore[no-any-return]


def test_an_examination_leads_to_a_page_with_the_cause_its_cure_and_a_text_to_pass_on(
    guest: Visitor, site: Site
) -> None:
    site.speak = says(answer(500))
    page = examined(guest, SITE)
    assert "The web server answers, but the site breaks (status 500)." in page.words
    assert "What to do: See the web server's and PHP's error log." in page.words
    assert page.page.xpath("//input[@name='url']/@value") == [SITE]
    letter = page.page.xpath("string(//pre[@id='letter'])")
    assert SITE in letter
    assert "status 500" in letter
    assert len(page.page.xpath("//ol[@class='findings']/li")) == 13


def test_every_state_has_a_word_and_an_icon_beside_its_colour(guest: Visitor, site: Site) -> None:
    site.speak = says(answer(503))
    states = examined(guest, SITE).page.xpath("//ol[@class='findings']//span[starts-with(@class, 'badge')]")
    assert {state.text_content().strip() for state in states} == {"Good", "Must be mended", "Not asked"}
    assert all(state.xpath(".//*[local-name()='use']") for state in states)


def test_a_site_that_is_mended_is_good_when_it_is_examined_again(guest: Visitor, site: Site) -> None:
    site.speak = says(answer(404))
    assert "does not reach" in examined(guest, SITE).words
    site.speak = says(answer(200, PAGE))
    assert "does not reach" in examined(guest, SITE).words  # somebody just asked
    assert "does not reach" not in examined(guest, SITE, again="1").words


def test_looking_asks_nobody(guest: Visitor, world: Internet) -> None:
    page = guest.get(f"/doctor?url={quote(SITE)}")
    assert page.page.xpath("//input[@name='url']/@value") == [SITE]
    assert (world.visited, page.page.xpath("//ol[@class='findings']")) == ([], [])


def test_an_address_that_cannot_be_read_is_explained_at_once(guest: Visitor, world: Internet) -> None:
    assert "Remove everything up to the @." in examined(guest, "http://a:b@moodle.test").words
    assert "Type the address of your site" in json.dumps(told(guest, ""))
    assert world.visited == []


def test_a_report_answers_for_five_minutes_and_is_gone_after_an_hour(guest: Visitor, world: Internet) -> None:
    begun = clock.now()
    with clock.fixed(begun):
        examined(guest, SITE)
    asked = len(world.requests)
    for later, again in ((4, False), (6, True)):
        with clock.fixed(begun + timedelta(minutes=later)):
            examined(guest, SITE)
        assert (len(world.requests) > asked) is again
    with clock.fixed(begun + timedelta(minutes=67)):
        assert not guest.get(f"/doctor?url={quote(SITE)}").page.xpath("//ol[@class='findings']")
        examined(guest, "http://other.test")
        jobs.forget_doctor_reports()
    assert db.session.scalars(sa.select(DoctorReport.url)).all() == ["http://other.test"]


def test_the_same_site_typed_differently_shares_a_report_but_not_the_slip(guest: Visitor, world: Internet) -> None:
    assert "misspelled" in examined(guest, "http//moodle.test").words
    asked = len(world.requests)
    assert "misspelled" not in examined(guest, SITE).words
    assert len(world.requests) == asked


def test_programs_get_the_same_as_json_under_stable_names(guest: Visitor, site: Site) -> None:
    site.speak = says(answer(404, server="Apache"))
    report = told(guest, SITE)
    assert set(report) == {"url", "asked_at", "verdict", "cause", "reachable", "steps"}
    assert (report["url"], report["verdict"], report["cause"], report["reachable"]) == (SITE, "bad", "notfound", False)
    steps = {step["step"]: step for step in report["steps"]}  # type: ignore[attr-defined]
    assert set(steps["get"]) == {"step", "verdict", "cause", "why", "sentence", "cure", "facts"}
    assert (steps["get"]["facts"]["status"], steps["get"]["facts"]["server"]) == ("404", "Apache")
    site.speak = says(answer(200, PAGE))
    assert told(guest, SITE)["cause"] == "notfound"
    assert told(guest, SITE, again="1")["verdict"] == "good"


def test_private_places_are_explained_to_moderators_only(guest: Visitor, moderator: Visitor) -> None:
    page = examined(guest, "http://inside.test")
    assert NO_ANSWER in page.words
    assert "private network" not in page.words
    assert (
        "inside a private network, where the hub does not go" in moderator.get("/doctor?url=http://inside.test").words
    )
    assert told(guest, "http://inside.test")["cause"] == "noanswer"


@pytest.mark.parametrize("privacy", list(SitePrivacy))
def test_whether_a_site_is_registered_is_told_as_far_as_the_public_list_tells_it(
    guest: Visitor, moderator: Visitor, privacy: SitePrivacy
) -> None:
    with transaction(db.session):
        make_site(url=SITE, name="A school", privacy=privacy)
    named = privacy is not SitePrivacy.NOT_DISPLAYED
    assert ("registered here as “A school”" in examined(guest, SITE).words) is named
    assert "registered here as “A school”" in examined(moderator, SITE).words
    change(privacy="private")
    assert "A school" not in guest.get(f"/doctor?url={quote(SITE)}").words


def test_a_closed_hub_examines_nothing(guest: Visitor, world: Internet) -> None:
    change(hubenabled="0")
    assert guest.send("GET", "/doctor").status == 503
    assert told(guest, SITE, status=503)["error"] == "hubnotenabled"
    assert guest.post("/doctor", 503, url=SITE).status == 503
    assert world.visited == []


# Limits


@pytest.mark.usefixtures("rate_limits")
def test_one_visitor_asks_only_so_often(guest: Visitor, world: Internet) -> None:
    change(examinationsperhour="2")
    for name in ("one", "two"):
        examined(guest, f"http://{name}.test")
    asked = len(world.visited)
    refused = guest.post("/doctor", 429, url="http://three.test")
    assert int(refused.headers["Retry-After"]) > 0
    assert told(guest, "http://four.test", status=429)["error"] == "ratelimited"
    assert len(world.visited) == asked
    assert "Step by step" in examined(guest, "http://one.test").words  # what is known costs nothing


@pytest.mark.usefixtures("rate_limits")
def test_one_site_is_looked_at_only_so_often_whoever_asks_and_under_whatever_name(app: Flask, world: Internet) -> None:
    change(examinationspersite="2")
    statuses = []
    for number, name in enumerate(("moodle", "moodle", "moodle", "alias"), 1):
        with app.app_context():
            sent = app.test_client().get(
                f"/api/v1/doctor?url=http://{name}.test&again=1", environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}
            )
        statuses.append(sent.status_code)
    assert statuses == [200, 200, 429, 429]


def test_the_doctor_is_limited_like_this_from_the_start(app: Flask) -> None:
    limits = (views.EXAMINATIONS, views.EXAMINED)
    assert [declared.current(limit.setting) for limit in limits] == [30, 30]


# The ways to the doctor


def test_a_registration_that_fails_leads_to_the_doctor_who_knows_what_it_saw(guest: Visitor, app: Flask) -> None:
    app.extensions["hub_probe"] = FakeProbe(unreachable={SITE, SITE + ":8080"})
    for url, key in ((SITE, "cannotregisternotavailablesite"), (SITE + ":8080", "cannotregisterbadport")):
        query = urlencode({"url": url, "token": "a secret", "name": "A school"})
        error = guest.send("GET", f"/local/hub/siteregistration.php?{query}")
        assert (error.status, key in error.text) == (400, True)
        (way,) = error.page.xpath("//main//a[contains(@href, '/doctor?')]/@href")
        page = guest.get(way)
        assert page.page.xpath("//input[@name='url']/@value") == [url]
        assert f"When the site wanted to register, the hub saw this: {NO_ANSWER}" in page.words
        assert "Step by step" in examined(guest, url).words


def test_the_originals_check_leads_moderators_to_the_doctor(moderator: Visitor) -> None:
    moved = moderator.send("GET", f"/local/hub/admin/checksiteconnectivity.php?url={quote(SITE)}")
    assert moved.location == f"/doctor?{urlencode({'url': SITE})}"
    assert moderator.send("GET", "/local/hub/admin/checksiteconnectivity.php").location == "/doctor"
    assert "Connection doctor" in moderator.get("/admin/").text


def test_the_command_says_each_step_and_fails_for_a_site_that_does(app: Flask, world: Internet, site: Site) -> None:
    run = app.test_cli_runner().invoke
    good = run(args=["doctor", SITE])
    assert (good.exit_code, "All is well" in good.output) == (0, True)
    site.speak = says(answer(500))
    bad = run(args=["doctor", SITE, "http://inside.test"])
    assert bad.exit_code == 1
    assert "BAD  Front page (GET): The web server answers, but the site breaks (status 500)." in bad.output
    assert "where the hub does not go" in bad.output
    objects = json.loads(run(args=["doctor", "--json", SITE]).output)
    assert [(each["url"], each["verdict"]) for each in objects] == [(SITE, "bad")]
