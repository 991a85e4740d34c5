"""A visitor writes to a site's contact: passed on, limited, and neither address stands on a page."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.database import transaction
from hub.extensions import db
from hub.mail import jobs
from hub.mail.models import OutgoingMail
from hub.sites import letters, matters, totals
from hub.sites.letters import Letter
from hub.sites.models import MatterKind, Site, SitePrivacy, SiteState, VisitorLetter
from tests.factories import make_site
from tests.pages.conftest import change
from tests.support.pages import Visitor
from tests.support.smtp import MailServer

SAID = {
    "name": "Vera",
    "email": "vera@example.net",
    "subject": "Your course",
    "text": "May I use it?\n\nhttp://hub.test/x",
}


@pytest.fixture
def site(open_hub: Flask) -> Site:
    """A site whose contact may be written to, on a hub that asks for no proof of work."""
    change(challengecontact="0")
    with transaction(db.session):
        return make_site(
            name="School",
            privacy=SitePrivacy.LINKED,
            contactable=True,
            confirmed_at=clock.now(),
            contact_email="ada@example.org",
            contact_name="Ada",
        )


def test_a_letter_arrives_and_its_answer_goes_to_the_visitor(
    guest: Visitor, site: Site, open_hub: Flask, mail_server: MailServer
) -> None:
    open_hub.extensions["mail"].server, open_hub.extensions["mail"].port = "127.0.0.1", mail_server.port
    page = guest.get(f"/sites/{site.id}/school")
    assert page.page.xpath(f"//a[@href='/sites/{site.id}/contact']")
    guest.post(f"/sites/{site.id}/contact", **SAID)
    assert jobs.deliver() == 1
    (mail,) = mail_server.messages
    assert (mail["To"], mail["Reply-To"], mail["Subject"]) == (
        "ada@example.org",
        "vera@example.net",
        "Hub of tests: Your course",
    )
    assert "May I use it?" in mail.get_content()
    assert "http://hub.test/x</a>" not in mail.html  # nobody writes a button into the hub's mail


def test_no_page_shows_the_contacts_address(guest: Visitor, site: Site) -> None:
    for path in (f"/sites/{site.id}/school", f"/sites/{site.id}/contact", "/sites"):
        assert "ada@example.org" not in guest.get(path).text


@pytest.mark.parametrize(
    "change_of",
    [
        {"contactable": False},
        {"confirmed_at": None},
        {"contact_email": ""},
        {"visible": False},
        {"privacy": SitePrivacy.NOT_DISPLAYED},
        {"state": SiteState.UNREGISTERED},
    ],
    ids=lambda change_of: next(iter(change_of)),
)
def test_who_does_not_want_letters_or_is_not_shown_gets_none(
    guest: Visitor, site: Site, change_of: dict[str, object]
) -> None:
    with transaction(db.session):
        for name, value in change_of.items():
            setattr(db.session.get(Site, site.id), name, value)
        totals.adjust(sites=0)
    guest.get(f"/sites/{site.id}/contact", 404)
    guest.post(f"/sites/{site.id}/contact", 404, **SAID)
    assert db.session.scalars(sa.select(OutgoingMail)).all() == []


@pytest.mark.parametrize("missing", list(SAID))
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(guest: Visitor, site: Site, missing: str) -> None:
    answer = guest.post(f"/sites/{site.id}/contact", 422, **{**SAID, missing: ""})
    kept = {text.strip() for text in answer.page.xpath("//main//input/@value | //main//textarea/text()")}
    assert {each for name, each in SAID.items() if name != missing} <= kept


def test_the_fourth_letter_of_a_day_waits_until_tomorrow(guest: Visitor, site: Site) -> None:
    for _each in range(3):
        guest.post(f"/sites/{site.id}/contact", **SAID)
    refused = guest.post(f"/sites/{site.id}/contact", 429, **{**SAID, "email": "another@example.net"})
    assert "errormaxmessages" in refused.text or "try again tomorrow" in refused.words
    assert "May I use it?" in refused.text
    with clock.fixed(clock.now() + timedelta(days=1, minutes=1)):
        guest.post(f"/sites/{site.id}/contact", **SAID)


def write(site: Site, number: int) -> None:
    with transaction(db.session):
        letter = Letter("Vera", f"vera{number}@example.net", "Hello", "Hello")
        letters.write(db.session.get_one(Site, site.id), letter, origin=f"192.0.2.{number}")


def test_a_contact_gets_a_limited_number_of_letters_a_day_about_however_many_sites(site: Site) -> None:
    sites = [
        site,
        *(make_site(contactable=True, confirmed_at=clock.now(), contact_email="Ada@Example.org") for _each in range(2)),
    ]
    for number in range(letters.MOST_TO_A_CONTACT):
        write(sites[number % 3], number)
    for each in sites:
        with pytest.raises(letters.TooManyLetters):
            write(each, 99)
    write(make_site(contactable=True, confirmed_at=clock.now(), contact_email="bea@example.org"), 99)
    with transaction(db.session):
        letters.forget(clock.now() + timedelta(days=3))
    assert db.session.scalars(sa.select(VisitorLetter)).all() == []


def test_a_contact_who_says_that_the_site_is_not_his_gets_no_letters_because_of_it(site: Site) -> None:
    with transaction(db.session):
        matters.open_matter(db.session.get_one(Site, site.id), MatterKind.DISOWNED)
    with pytest.raises(letters.LettersNotWanted):
        write(site, 1)
    assert db.session.scalars(sa.select(OutgoingMail)).all() == []


def test_a_hostile_subject_adds_no_header(guest: Visitor, site: Site) -> None:
    guest.post(f"/sites/{site.id}/contact", **{**SAID, "subject": "Hello\r\nBcc: everybody@example.org"})
    (mail,) = db.session.scalars(sa.select(OutgoingMail)).all()
    assert mail.subject == "Hub of tests: Hello Bcc: everybody@example.org"
    guest.post(f"/sites/{site.id}/contact", 422, **{**SAID, "email": "a@b.example\r\nBcc: x@example.org"})


def test_the_form_asks_for_the_check_against_robots_when_that_is_on(guest: Visitor, site: Site) -> None:
    change(challengecontact="1")
    assert guest.get(f"/sites/{site.id}/contact").page.xpath("//*[@data-challenge]")
    refused = guest.post(f"/sites/{site.id}/contact", 422, **SAID)
    assert "May I use it?" in refused.text
    assert db.session.scalars(sa.select(OutgoingMail)).all() == []
