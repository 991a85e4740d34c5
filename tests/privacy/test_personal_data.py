"""What is kept about a person is shown, copied and erased; what is over is forgotten; the event chain holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.admin.models import DoneAct
from hub.courses.models import Course
from hub.database import transaction
from hub.events.models import EventDetails
from hub.events.record import COMMAND, Event, record
from hub.events.verifying import broken_links
from hub.extensions import db
from hub.mail import outbox
from hub.mail.models import OutgoingMail
from hub.privacy import jobs, persons
from hub.registration.models import Attempt, AttemptState
from hub.settings import declared
from hub.sites import moderation
from hub.sites.models import Site, SiteState
from tests.admin.conftest import administrator, auditor, moderator  # noqa: F401  # fixtures
from tests.factories import make_course, make_site
from tests.support.pages import PASSWORD, Visitor

ADA = "ada@example.org"


@pytest.fixture
def traces(app: Flask) -> Site:
    """Ada, wherever a person can be known; and Nada, whose address ends like hers."""
    with transaction(db.session):
        site = make_site(name="School", contact_name="Ada", contact_email="Ada@Example.org", contact_phone="1")
        make_site(name="Other", contact_name="Nada", contact_email=f"n{ADA}")
        make_course(site, publisher_name="Ada", publisher_email=ADA)
        outbox.queue("site-welcome", ADA, site=site, link="")
        record(Event.SITE_CONTACT_CHANGED, site, by=site, old="bob@example.org", new=ADA)
        record(Event.SITE_CONTACT_CHANGED, site, by=site, old="bob@example.org", new=f"n{ADA}")
        db.session.add(attempt(site))
    return site


@pytest.fixture
def run(app: Flask) -> Callable[..., str]:
    """A command, and what it prints."""

    def run_it(*arguments: str) -> str:
        done = app.test_cli_runner().invoke(args=list(arguments))
        assert done.exit_code == 0, done.output
        db.session.rollback()
        return str(done.output)

    return run_it


def attempt(site: Site) -> Attempt:
    told = {"contactemail": ADA, "contactname": "Ada", "name": "A newcomer"}
    values = {"secret_hash": "1" * 64, "secret": "", "link_hash": "", "huburl": "http://hub.test"}
    return Attempt(site_id=site.id, details=told, opened_at=clock.now(), **values)


def kept() -> dict[str, int]:
    return {each.holder.name: len(each.rows) for each in persons.find(ADA)}


def test_a_person_is_found_wherever_an_address_can_stand_and_nobody_else(traces: Site) -> None:
    assert kept() == {"mails": 1, "events": 1, "sites": 1, "courses": 1, "attempts": 1}


def test_an_erased_person_is_nowhere_and_the_rest_stays(traces: Site) -> None:
    with transaction(db.session):
        counts = persons.erase(ADA, by=COMMAND)
    assert counts == {"mails": 1, "events": 1, "sites": 1, "courses": 1, "attempts": 1}
    assert kept() == {}
    assert list(broken_links()) == []
    db.session.expire_all()
    assert (traces.name, traces.contact_name, traces.contact_phone) == ("School", "", "")
    assert [each.rows[0]["contact_email"] for each in persons.find(f"n{ADA}") if each.holder.name == "sites"] == [
        f"n{ADA}"
    ]
    assert db.session.scalars(sa.select(Course.publisher_name)).one() == ""
    assert db.session.scalars(sa.select(Attempt.details)).one() == {"name": "A newcomer"}
    assert outbox.anything_due() is False


def test_the_event_of_an_erasure_does_not_name_the_person(traces: Site) -> None:
    with transaction(db.session):
        persons.export(ADA, by=COMMAND)
        persons.erase(ADA, by=COMMAND)
    told = [json.dumps(each) for each in db.session.scalars(sa.select(EventDetails.details))]
    assert [each for each in told if f'"{ADA}"' in each.lower()] == []


def test_whose_address_ends_alike_keeps_what_an_act_noted(app: Flask) -> None:
    with transaction(db.session):
        for address in (ADA, f"n{ADA}"):
            site = make_site(contact_email="old@example.org")
            moderation.edit(site, {"contact_email": address}, by=COMMAND)
        persons.erase(ADA, by=COMMAND)
    noted = db.session.scalars(sa.select(DoneAct)).all()
    assert [done.after["contact_email"] for done in noted] == [f"n{ADA}"]


def test_an_account_is_shown_and_not_erased(app: Flask) -> None:
    with transaction(db.session):
        people.create("ada", ADA, PASSWORD, Role.MODERATOR, by=COMMAND)
        persons.erase(ADA, by=COMMAND)
    assert kept() == {"account": 1}
    assert people.find("ada") is not None


def test_an_administrator_looks_takes_a_copy_and_erases(traces: Site, administrator: Visitor) -> None:  # noqa: F811
    found = administrator.post("/admin/personal-data", 200, address="ADA@example.org")
    assert "What is kept about ada@example.org" in found.words
    copy = json.loads(administrator.post("/admin/personal-data/export", 200, address=ADA).text)
    assert copy["kept"]["sites"][0]["contact_email"] == "Ada@Example.org"
    administrator.post("/admin/personal-data/erase", 302, address=ADA)
    assert "Nothing is kept about" in administrator.post("/admin/personal-data", 200, address=ADA).words


@pytest.mark.parametrize("address", ["", "nobody", "a@b\nc"])
def test_what_is_no_address_gets_a_sentence(administrator: Visitor, address: str) -> None:  # noqa: F811
    assert administrator.post("/admin/personal-data", 422, address=address).page.xpath(
        "//*[@role='alert' or @class='errors']"
    )


def test_auditors_see_the_room_and_moderators_do_not(
    traces: Site,
    auditor: Visitor,  # noqa: F811
    moderator: Visitor,  # noqa: F811
) -> None:
    auditor.get("/admin/personal-data")
    moderator.get("/admin/personal-data", 403)
    for person in (auditor, moderator):
        for door in ("", "/export", "/erase"):
            person.post(f"/admin/personal-data{door}", 403, address=ADA)
    assert kept()["sites"] == 1


def later(days: int) -> dict[str, int]:
    with clock.fixed(clock.now() + timedelta(days=days)):
        return jobs.forget_what_is_over()


def test_what_has_outlived_its_days_is_forgotten_and_not_a_day_before(traces: Site) -> None:
    with transaction(db.session):
        traces.state, traces.left_at = SiteState.UNREGISTERED, clock.now()
        db.session.execute(sa.update(OutgoingMail).values(sent_at=clock.now(), next_attempt_at=None))
        db.session.execute(sa.update(Attempt).values(state=AttemptState.EXPIRED, decided_at=clock.now()))
    assert later(29) == {}
    assert later(31) == {"texts of mails": 1}
    assert later(181) == {"what arrived with decided registrations": 1}
    assert later(366) == {"mails": 1, "contacts of sites that left": 1}
    assert later(731)["details of events"] >= 2
    assert list(broken_links()) == []


@pytest.mark.parametrize("name", ["keepmailtexts", "keepmails", "keepleftcontacts", "keepdecided", "keepeventdetails"])
def test_nothing_is_forgotten_where_the_setting_says_never(traces: Site, name: str) -> None:
    with transaction(db.session):
        for each in ("keepmailtexts", "keepmails", "keepleftcontacts", "keepdecided", "keepeventdetails"):
            declared.change(each, "0")
    assert later(10_000) == {}
    assert declared.current(name) == 0


def test_a_mail_that_still_waits_is_not_forgotten(traces: Site) -> None:
    assert later(400) == {}
    assert outbox.anything_due()


def test_the_commands_do_the_same(traces: Site, run: Callable[..., str]) -> None:
    assert json.loads(run("personal-data", "export", ADA))["kept"]["courses"][0]["publisher_name"] == "Ada"
    assert run("personal-data", "erase", ADA) == "Erased from 5 rows.\n"
    assert json.loads(run("personal-data", "forget", "--json")) == []
