"""Why it is not listed, to whom that is told, and the checks in the room of a site: pages and commands."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.courses import moderation as course_moderation
from hub.courses import visibility as courses
from hub.courses.models import Course, Standing
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND, job
from hub.extensions import db
from hub.settings import changing
from hub.sites import contact_link, jobs, moderation, visibility
from hub.sites.models import Hider, Reachability, SiteCheck, SitePrivacy
from tests.factories import make_course, make_site
from tests.fakes import FakeProbe
from tests.support.pages import PASSWORD, Answer, Visitor, counted_statements, visitor

SECRETS = ("job:", "user:", "because of spam", "moderator@hub.test", "10.1.2.3")


@pytest.fixture
def hub(app: Flask) -> Flask:
    with transaction(db.session):
        people.create("moderator", "moderator@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)
        changing.change("hubenabled", "1", by=COMMAND)
        changing.change("privacy", "public", by=COMMAND)
    return app


@pytest.fixture
def moderator(hub: Flask) -> Visitor:
    return visitor(hub).sign_in("moderator")


@pytest.fixture
def guest(hub: Flask) -> Visitor:
    return visitor(hub)


@pytest.fixture
def hidden(hub: Flask) -> Course:
    """A course that waits, of a site that a moderator hid for a reason of his own."""
    site = make_site(name="Hidden school", privacy=SitePrivacy.NOT_DISPLAYED)
    course = make_course(site, standing=Standing.WAITING, fullname="Waiting course")
    with transaction(db.session):
        moderation.hide(site, by=people_moderator(), reason="because of spam")
    return course


def people_moderator() -> people.User:
    return people.get_named("moderator")


def told_by(answer: Answer) -> dict[str, str]:
    """What the page says of each rule, by its whole line, and whether it holds."""
    lines = answer.page.xpath("//main//tbody/tr")
    cells = ([" ".join(cell.text_content().split()) for cell in line.xpath("td")] for line in lines)
    return {said: holds for holds, said in cells}


def line(answer: Answer, sentence: str) -> tuple[str, str]:
    """Whether the rule with this sentence holds, and everything that is said of it."""
    return next((holds, said) for said, holds in told_by(answer).items() if said.startswith(sentence))


def test_a_moderator_reads_each_rule_since_when_by_whom_and_who_can_change_it(
    moderator: Visitor, hidden: Course
) -> None:
    page = moderator.get(f"/courses/{hidden.id}/why")
    assert "Why is this course not listed?" in page.words
    holds, said = line(page, "It waits for a moderator to look at it.")
    assert holds == "no"
    assert "Who can change it: A moderator, by showing the course" in said
    holds, said = line(page, "A moderator has hidden the site.")
    assert holds == "no"
    assert "moderator Who can change it" in said
    holds, said = line(page, "The hub is open.")
    assert holds == "yes"
    assert said.endswith("command")
    assert len(told_by(page)) == len((*courses.RULES, *courses.more_rules, *courses.NOTES)) + 2


def test_the_contact_is_told_by_the_mailed_link_but_nothing_secret(guest: Visitor, hidden: Course) -> None:
    token = contact_link.state_token(hidden.site, hidden.site.contact_email)
    for path in (f"/sites/{hidden.site_id}/why", f"/courses/{hidden.id}/why"):
        answer = guest.get(f"{path}?token={token}")
        assert "A moderator has hidden the site." in answer.words
        assert not [secret for secret in SECRETS if secret in answer.text]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    listed = guest.get(f"/sites/{hidden.site_id}/why?token={token}")
    assert [str(each) for each in listed.page.xpath("//main//ul[contains(@class, 'stack')]/li/a/@href")] == [
        f"/courses/{hidden.id}/why?token={token}"
    ]


def test_others_are_told_of_nothing_that_they_cannot_see(guest: Visitor, hidden: Course) -> None:
    other = make_site()
    stranger = contact_link.state_token(other, other.contact_email)
    for token in ("", "nonsense", stranger):
        guest.get(f"/sites/{hidden.site_id}/why?token={token}", 404)
        guest.get(f"/courses/{hidden.id}/why?token={token}", 404)
    guest.get("/sites/4711/why", 404)
    guest.get("/courses/4711/why", 404)


def test_of_what_is_listed_everybody_reads_that_it_is_and_no_more(guest: Visitor) -> None:
    site = make_site(reachability=Reachability.FAILING, unreachable_since=clock.now())
    course = make_course(site)
    for path in (f"/sites/{site.id}/why", f"/courses/{course.id}/why"):
        page = guest.get(path)
        assert set(told_by(page).values()) == {"yes"}
        assert "does not answer" not in page.words
        assert "Since" not in page.words
    with transaction(db.session):
        changing.change("privacy", "private", by=COMMAND)
    guest.get(f"/sites/{site.id}/why", 403)
    guest.get(f"/courses/{course.id}/why", 403)


def test_who_hid_the_site_decides_what_is_said_and_who_can_change_it(moderator: Visitor) -> None:
    site = make_site()
    with transaction(db.session):
        moderation.hide(site, by=job("check-sites"), hider=Hider.REACHABILITY)
    page = moderator.get(f"/sites/{site.id}/why")
    _holds, said = line(page, "The hub has hidden the site, because it has not answered for long.")
    assert "comes back by itself" in said
    assert "job:check-sites" in said


def test_since_when_costs_as_many_statements_however_much_happened(hub: Flask) -> None:
    site = make_site()
    course = make_course(site)

    def statements() -> int:
        with counted_statements() as seen:
            assert courses.explained(course.id)
            assert visibility.why(site.id)
        return len(seen)

    statements()  # the settings are read once
    before = statements()
    for turn in range(5):
        with transaction(db.session):
            course_moderation.hide(course, by=COMMAND) if turn % 2 else moderation.hide(site, by=COMMAND)
            moderation.show(site, by=COMMAND)
    assert statements() == before <= 10


def test_since_when_is_told_by_the_last_thing_that_happened(hub: Flask) -> None:
    begin = clock.now() - timedelta(days=9)
    course = make_course(published_at=begin, site=make_site(registered_at=begin))
    with clock.fixed(begin + timedelta(days=3)), transaction(db.session):
        moderation.hide(course.site, by=COMMAND)
    with clock.fixed(begin + timedelta(days=5)), transaction(db.session):
        moderation.show(course.site, by=COMMAND)
    since = {answer.rule.name: answer.since for answer in courses.why(course.id)}
    assert since["published"] == since["site live"] == begin
    assert since["site visible"] == (begin + timedelta(days=5)).replace(microsecond=0)


def run(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=list(arguments))
    db.session.rollback()
    return result


def test_the_commands_say_the_same_as_the_pages(hub: Flask, hidden: Course) -> None:
    for arguments in (("sites", "why", hidden.site.url), ("courses", "why", str(hidden.id))):
        told = json.loads(run(hub, *arguments, "--json").output)
        visible = next(each for each in told if each["rule"] == "site visible")
        assert (visible["holds"], visible["needed"]) == (False, True)
        assert visible["sentence"] == "A moderator has hidden the site."
        assert "A moderator has hidden the site." in run(hub, *arguments).output
    assert run(hub, "sites", "why", "https://nowhere.example.org").exit_code != 0
    assert run(hub, "courses", "why", "4711").exit_code != 0


def test_a_site_is_checked_at_the_command_line_and_its_checks_are_listed(hub: Flask) -> None:
    hub.extensions["hub_probe"] = FakeProbe(unreachable={"https://dead.example.org"})
    site = make_site(url="https://dead.example.org")
    assert "does not answer: nobody answers there (state: failing)." in run(hub, "sites", "check", site.url).output
    hub.extensions["hub_probe"] = FakeProbe()
    checked = json.loads(run(hub, "sites", "check", site.url, "--json").output)
    assert [(row["reachable"], row["state"], row["status"]) for row in checked] == [(True, "reachable", 200)]
    listed = json.loads(run(hub, "sites", "checks", site.url, "--json").output)
    assert [(row["reachable"], row["cause"]) for row in listed] == [(True, ""), (False, "noanswer")]
    assert "failing" in run(hub, "sites", "checks", site.url).output
    assert run(hub, "sites", "check", "https://nowhere.example.org").exit_code != 0
    asked = sa.select(sa.func.count()).where(EventRow.kind == "site check asked", EventRow.actor == "command")
    assert db.session.scalar(asked) == 2


def test_a_moderator_has_a_site_checked_before_all_others(moderator: Visitor) -> None:
    probe = moderator.client.application.extensions["hub_probe"] = FakeProbe()
    make_site(next_check_at=clock.now() - timedelta(days=9), url="https://waiting.example.org")
    site = make_site(url="https://asked.example.org")
    moderator.post("/admin/sites/acts", act="check", ids=str(site.id))
    jobs.check_sites()
    assert next(url for url, _within in probe.asked) == site.url
    kinds = db.session.scalars(sa.select(EventRow.kind).where(EventRow.subject_id == site.id)).all()
    assert kinds == ["site check asked"]
    with transaction(db.session):
        changing.change("checksites", "0", by=COMMAND)
    assert (
        "Switch it on in the settings" in moderator.post("/admin/sites/acts", 422, act="check", ids=str(site.id)).text
    )


def test_the_room_of_a_site_shows_how_it_stands_and_what_mends_it(moderator: Visitor) -> None:
    now = clock.now()
    site = make_site(
        reachability=Reachability.UNREACHABLE,
        unreachable_since=now - timedelta(days=5),
        failure_count=9,
        checked_at=now,
    )
    make = {"site_id": site.id, "state": Reachability.UNREACHABLE, "cause": "certificateinvalid"}
    db.session.add(SiteCheck(at=now, reachable=False, detail="Its certificate ended.", **make))
    db.session.commit()
    page = moderator.get(f"/admin/sites/{site.id}")
    section = " ".join(page.page.xpath("string(//section[@id='checks'])").split())
    assert "asked 9 times" in section
    assert "Its certificate ended. Its certificate must be renewed" in section
    assert len(page.page.xpath("//section[@id='checks']//*[name()='rect']")) == 60
    assert page.page.xpath("//section[@id='checks']//a[contains(@href, '/doctor?url=')]")
    assert "It is asked next on" in section
