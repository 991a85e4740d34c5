"""The moderators' pages about sites."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.courses.models import Course, Standing
from hub.events.models import EventDetails, EventRow
from hub.events.record import Event
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.registration import moving
from hub.sites import identity, matters
from hub.sites.details import SiteDetails
from hub.sites.models import BlockedSecret, MatterKind, Site, SiteState
from hub.tokens import issuing
from tests.factories import make_course, make_site, make_token
from tests.support.pages import Answer, Visitor, counted_statements


def titles(answer: Answer) -> list[str]:
    return [each.text for each in answer.page.xpath("//tbody//th/a")]


def now(site: Site) -> Site:
    return db.session.get_one(Site, site.id)


def act(browser: Visitor, site: Site, name: str, **fields: object) -> Answer:
    return browser.post("/admin/sites/acts", act=name, ids=[site.id], **fields)


def events(kind: Event) -> list[dict[str, object]]:
    query = sa.select(EventDetails.details).join(EventRow, EventRow.id == EventDetails.event_id)
    return list(db.session.scalars(query.where(EventRow.kind == kind.value).order_by(EventRow.id)))


def asked_to_move(site: Site, url: str = "https://new.example.org") -> moving.Move:
    details = SiteDetails.parse({"url": url, "name": site.name})
    move = moving.ask(site, moving.Destination(details, identity.url_key(url)))
    db.session.commit()
    return move


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Alpha", "Beta", "Gamma"]),
        ("search=alph", ["Alpha"]),
        ("search=BETA.example", ["Beta"]),
        ("search=rivers", ["Gamma"]),
        ("trusted=1", ["Alpha"]),
        ("trusted=0", ["Beta", "Gamma"]),
        ("trusted=all", ["Alpha", "Beta", "Gamma"]),
        ("visible=0", ["Gamma"]),
        ("countrycode=BR", ["Beta"]),
        ("countrycode=all&language=all", ["Alpha", "Beta", "Gamma"]),
        ("language=pt", ["Beta"]),
        ("language=xx", []),
        ("state=removed", ["Delta"]),
        ("state=all", ["Alpha", "Beta", "Delta", "Gamma"]),
        ("state=nonsense", ["Alpha", "Beta", "Gamma"]),
        ("search=%25", []),
        ("page=9000&after=4711", []),
        ("prioritised=1", []),
        ("version=4", ["Alpha", "Beta", "Gamma"]),
        ("version=3.9", []),
        ("reachability=unknown", ["Alpha", "Beta", "Gamma"]),
        ("reachability=unreachable", []),
        ("contact=BETA@", ["Beta"]),
        ("since=2000-01-01", ["Alpha", "Beta", "Gamma"]),
        ("since=2999-01-01", []),
        ("since=yesterday", ["Alpha", "Beta", "Gamma"]),
        ("waiting=1", []),
        ("search=%00&countrycode=%00&language=%00", ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_sites_are_found_by_name_description_url_and_standing(
    app: Flask, moderator: Visitor, query: str, found: list[str]
) -> None:
    make_site(name="Alpha", trusted=True)
    make_site(
        name="Beta",
        url="https://beta.example.org",
        country_code="BR",
        language="pt_br",
        contact_email="Beta@example.org",
    )
    make_site(name="Gamma", description="About rivers", visible=False)
    make_site(name="Delta", state=SiteState.REMOVED)
    assert sorted(titles(moderator.get(f"/admin/sites?{query}"))) == found


def test_prioritised_then_trusted_sites_come_first(app: Flask, moderator: Visitor) -> None:
    make_site(name="A")
    make_site(name="B", trusted=True)
    make_site(name="C", trusted=True, prioritised=True)
    assert titles(moderator.get("/admin/sites")) == ["C", "B", "A"]


def test_the_list_asks_the_database_as_often_for_fifty_sites_as_for_one(app: Flask, moderator: Visitor) -> None:
    def statements() -> int:
        with counted_statements() as seen:
            moderator.get("/admin/sites")
        return len(seen)

    make_site()
    few = statements()
    for _ in range(60):
        make_site()
    assert statements() == few


def test_a_sites_page_shows_what_it_told_and_who_it_is(app: Flask, moderator: Visitor) -> None:
    site = make_site(name="Northern School", figures={"courses": 12, "users": 3400}, country_code="NO")
    make_token(site)
    make_course(site, fullname="Skiing")
    words = moderator.get(f"/admin/sites/{site.id}").words
    for part in ("Northern School", "Ada Admin", "Norway", "3,400", "Skiing", "Not proved", "first used"):
        assert part in words, part


def test_an_unknown_language_and_country_code_are_shown_as_they_are(app: Flask, moderator: Visitor) -> None:
    site = make_site(language="tlh_xx", country_code="ZZ")
    assert "ZZ" in moderator.get("/admin/sites").words
    assert moderator.get(f"/admin/sites/{site.id}").status == 200


def test_trusting_an_unproven_site_asks_for_a_reason(app: Flask, moderator: Visitor) -> None:
    site = make_site()
    answer = moderator.post("/admin/sites/acts", status=422, act="trust", ids=[site.id])
    assert "Give a reason why you trust it" in answer.words
    assert not now(site).trusted
    act(moderator, site, "trust", reason="known from the conference")
    assert now(site).trusted
    assert events(Event.SITE_TRUSTED)[0]["reason"] == "known from the conference"


def test_trusting_a_site_shows_its_waiting_courses_and_the_end_of_trust_lets_them_wait(
    app: Flask, moderator: Visitor
) -> None:
    site = make_site(confirmed_at=clock.now())
    course = make_course(site, standing=Standing.WAITING)
    act(moderator, site, "trust")
    assert db.session.get_one(Course, course.id).listed
    act(moderator, site, "untrust")
    assert not db.session.get_one(Course, course.id).listed


def test_prioritising_implies_trust(app: Flask, moderator: Visitor) -> None:
    site = make_site(confirmed_at=clock.now())
    act(moderator, site, "prioritise", confirmed="1")
    assert (now(site).trusted, now(site).prioritised) == (True, True)
    act(moderator, site, "unprioritise")
    assert (now(site).trusted, now(site).prioritised) == (True, False)


def test_hiding_a_site_takes_its_courses_along_and_showing_brings_them_back(app: Flask, moderator: Visitor) -> None:
    site = make_site()
    course = make_course(site)
    act(moderator, site, "hide", reason="closed for the summer")
    assert not db.session.get_one(Course, course.id).listed
    act(moderator, site, "show")
    assert db.session.get_one(Course, course.id).listed


def test_only_acts_that_make_sense_are_offered(app: Flask, moderator: Visitor) -> None:
    def offered(site: Site) -> list[str]:
        return moderator.get(f"/admin/sites/{site.id}").page.xpath("//button[@name='act']/@value")

    assert offered(make_site()) == [
        *("hide", "trust", "prioritise", "quota", "check", "message", "remove", "remove-with-courses", "block")
    ]
    assert "show" in offered(make_site(visible=False))
    assert "untrust" in offered(make_site(trusted=True))
    assert offered(make_site(state=SiteState.REMOVED)) == ["message"]


@pytest.mark.parametrize(("name", "courses_removed"), [("remove", False), ("remove-with-courses", True)])
def test_removing_a_site_asks_first_then_ends_its_token_and_tells_its_contact(
    app: Flask, moderator: Visitor, name: str, courses_removed: bool
) -> None:
    site = make_site()
    token, course = make_token(site), make_course(site)
    page = moderator.post("/admin/sites/acts", status=200, act=name, ids=[site.id])
    assert "its contact is told by mail" in page.words
    moderator.post("/admin/sites/acts", status=422, act=name, ids=[site.id], confirmed="1")
    assert now(site).live
    act(moderator, site, name, confirmed="1", reason="link farm")
    assert now(site).state is SiteState.REMOVED
    assert issuing.find_bearer(token) is None
    course = db.session.get_one(Course, course.id)
    assert (course.listed, course.removed_at is not None) == (False, courses_removed)
    assert site.contact_email in db.session.scalars(sa.select(OutgoingMail.recipient)).all()


def test_blocking_a_secret_asks_first_and_removes_the_site(app: Flask, moderator: Visitor) -> None:
    site = make_site()
    moderator.post("/admin/sites/acts", status=200, act="block", ids=[site.id])
    assert db.session.scalar(sa.select(BlockedSecret.id)) is None
    act(moderator, site, "block", confirmed="1", reason="stolen")
    assert db.session.scalar(sa.select(BlockedSecret.site_id)) == site.id
    assert not now(site).live


def test_a_bulk_act_on_sites_is_listed_first(app: Flask, moderator: Visitor) -> None:
    sites = [make_site(name=f"Site {number}") for number in range(3)]
    page = moderator.post(
        "/admin/sites/acts",
        status=200,
        act="hide",
        ids=[sites[0].id, sites[1].id],
        bulk="1",
        back="/admin/sites?page=0",
    )
    assert "Site 0" in page.words
    assert "Site 2" not in page.words
    fields = {name: page.hidden(name) for name in ("act", "ids", "bulk", "confirmed", "back")}
    assert moderator.post("/admin/sites/acts", **fields).location == "/admin/sites?page=0"
    assert [now(each).visible for each in sites] == [False, False, True]


def test_a_corrected_url_keeps_the_sites_identity_token_and_courses(app: Flask, moderator: Visitor) -> None:
    site = make_site(url="http://old.example.org")
    token, course = make_token(site), make_course(site)
    form = moderator.get(f"/admin/sites/{site.id}/edit").page.xpath("//form[contains(@action, '/edit')]")[0]
    fields = dict(form.form_values()) | {"url": "https://new.example.org/moodle"}
    fields.pop("csrf_token")
    moderator.post(f"/admin/sites/{site.id}/edit", **fields)
    site = now(site)
    assert (site.url, site.url_key) == ("https://new.example.org/moodle", "new.example.org/moodle")
    assert issuing.find_bearer(token).site_id == site.id
    assert db.session.get_one(Course, course.id).listed
    assert events(Event.SITE_EDITED)[0]["old"]["url"] == "http://old.example.org"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "javascript:alert(1)"),
        ("url", ""),
        ("contact_email", "nobody"),
        ("language", "klingon!"),
        ("country_code", "Q1"),
        ("name", "x" * 300),
    ],
)
def test_a_correction_that_does_not_fit_is_explained_beside_its_field(
    app: Flask, moderator: Visitor, field: str, value: str
) -> None:
    site = make_site(url="https://as.it.was")
    fields = {"name": "Other", "url": "https://as.it.was", field: value}
    answer = moderator.post(f"/admin/sites/{site.id}/edit", status=422, **fields)
    assert answer.page.xpath(f"//ul[@id='{field}-errors']/li")
    assert now(site).name != "Other"


def test_a_url_that_another_site_has_is_refused(app: Flask, moderator: Visitor) -> None:
    make_site(url="https://taken.example.org")
    site = make_site()
    answer = moderator.post(f"/admin/sites/{site.id}/edit", status=422, name=site.name, url="http://TAKEN.example.org/")
    assert "Another site is registered" in answer.words


def test_matters_wait_in_a_list_until_somebody_has_dealt_with_them(app: Flask, moderator: Visitor) -> None:
    site = make_site(name="Renamed")
    matter = matters.open_matter(site, MatterKind.NEW_NAME, old="Before", new="Renamed")
    db.session.commit()
    assert "new name" in moderator.get("/admin/sites/matters").words
    assert "Before" in moderator.get(f"/admin/sites/{site.id}").words
    moderator.post(f"/admin/sites/{make_site().id}/matters/{matter.id}/close", status=404)
    moderator.post(f"/admin/sites/{site.id}/matters/{matter.id}/close")
    assert "Nothing waits" in moderator.get("/admin/sites/matters").words
    assert events(Event.SITE_MATTER_CLOSED) == [{"matter": "new name"}]


def test_a_moderator_accepts_a_move_and_the_old_token_dies(app: Flask, moderator: Visitor) -> None:
    site = make_site(url="https://old.example.org")
    token, move = make_token(site), asked_to_move(site)
    assert "https://new.example.org" in moderator.get(f"/admin/sites/{site.id}").words
    moderator.post("/admin/sites/moves/acts", act="accept", ids=[move.id], confirmed="1", reason="they told us")
    assert now(site).url == "https://new.example.org"
    assert issuing.find_bearer(token) is None


def test_a_moderator_refuses_a_move_and_the_site_stays(app: Flask, moderator: Visitor) -> None:
    site = make_site(url="https://old.example.org")
    move = asked_to_move(site)
    moderator.post("/admin/sites/moves/acts", act="refuse", ids=[move.id], confirmed="1")
    assert (now(site).url, now(site).trust_paused) == ("https://old.example.org", False)


def test_only_the_move_that_was_looked_at_is_decided(app: Flask, moderator: Visitor) -> None:
    site = make_site(url="https://old.example.org")
    move = asked_to_move(site)
    moderator.post("/admin/sites/moves/acts", status=404, act="accept", ids=[move.id + 1], confirmed="1", reason="x")
    moderator.post("/admin/sites/moves/acts", status=400, act="explode", ids=[move.id])
    assert now(site).url == "https://old.example.org"


@pytest.mark.parametrize(
    ("former", "ours"),
    [
        (
            "/local/hub/admin/managesites.php?search=north&trusted=1&delete=5&confirm=1",
            "/admin/sites?search=north&trusted=1",
        ),
        ("/local/hub/admin/managesites.php?id=5&trust=1&sesskey=x", "/admin/sites"),
        ("/local/hub/admin/sitesettings.php?id=5&sesskey=x", "/admin/sites/5"),
        ("/local/hub/admin/stolensecret.php?stolen=5&confirm=1&sesskey=x", "/admin/sites"),
    ],
)
def test_the_originals_addresses_lead_to_ours_and_never_act(
    app: Flask, moderator: Visitor, former: str, ours: str
) -> None:
    assert moderator.get(former, status=302).location == ours
    moderator.post(former, status=405)


def test_a_site_that_never_was_is_not_found(app: Flask, moderator: Visitor) -> None:
    huge = 10**20
    for path in ("/admin/sites/999", "/admin/sites/999/edit", f"/admin/sites/{huge}"):
        moderator.get(path, status=404)
    moderator.post("/admin/sites/999/edit", status=404, name="x", url="https://x.test")
    moderator.post("/admin/sites/acts", status=400, act="remove", ids=[huge])
    assert moderator.get(f"/local/hub/admin/sitesettings.php?id={huge}", status=302).location == "/admin/sites"
