"""A known secret under another URL (hub-server 2.4): moved or copied, and who decides about a move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.courses.models import Course
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration import moving
from hub.registration.models import Move, MoveState
from hub.sites import moderation
from hub.sites.models import MatterKind, Site
from tests.factories import make_course
from tests.registration.conftest import (
    SECRET,
    SITE_URL,
    Handed,
    call,
    count,
    forms,
    link_in,
    mails,
    matters,
    only_site,
    query,
    register,
    submit,
    update,
)

NEW_URL = "https://new.example.net/moodle"
PATH_URL = f"{SITE_URL}/learn"
CONTACT = "ada@example.org"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def token(visitor: FlaskClient) -> str:
    """A registered site at SITE_URL; its token, used."""
    token = register(visitor, name="A site", contactemail=CONTACT, moodlerelease="4.1").token
    assert is_registered(visitor, token) is True
    return token


def is_registered(visitor: FlaskClient, token: str, url: str = SITE_URL) -> object:
    return call(visitor, token, "hub_site_is_registered", siteurl=url, sitesecret=SECRET)


def question(visitor: FlaskClient, url: str, **values: str) -> list[dict[str, str]]:
    page = visitor.get(query(url=url, **values))
    assert page.status_code == 200
    return forms(page.text)


def move(visitor: FlaskClient, url: str = NEW_URL, **values: str) -> object:
    return submit(visitor, question(visitor, url, **values)[1])


def asked() -> str:
    return link_in(mails("site-move-asked")[-1])


def test_assertion_012_another_url_asks_moved_or_copied_and_compares_seven_fields(
    visitor: FlaskClient, token: str
) -> None:
    page = visitor.get(query(url=NEW_URL, name="New name", moodlerelease="4.5")).text
    assert all(text in page for text in ("A site", SITE_URL, CONTACT, "4.1", "New name", NEW_URL, "4.5"))
    assert [form["action"] for form in forms(page)] == ["copied", "moved"]
    assert count(Site) == 1
    assert only_site().url == SITE_URL


def test_assertion_012_copied_sends_the_site_for_a_new_secret(visitor: FlaskClient, token: str) -> None:
    handed = Handed.over(submit(visitor, question(visitor, NEW_URL)[0]))
    assert handed.page == f"{NEW_URL}/admin/registration/renewregistration.php"
    assert handed.values == {"url": "http://hub.test", "token": SECRET, "hubname": "The test hub"}
    assert only_site().url == SITE_URL
    assert is_registered(visitor, token) is True


def test_B24_choosing_by_address_chooses_nothing(visitor: FlaskClient, token: str) -> None:
    for choice in ("moved", "copied"):
        assert [form["action"] for form in question(visitor, NEW_URL, action=choice)] == ["copied", "moved"]
    assert count(Move) == 0


def test_choosing_needs_the_token_of_our_own_form(visitor: FlaskClient, token: str) -> None:
    for form in question(visitor, NEW_URL):
        assert submit(visitor, form | {"csrf_token": "forged"}).status_code == 400
    assert count(Move) == 0


def test_the_page_lets_its_forms_lead_to_that_one_site(visitor: FlaskClient, token: str) -> None:
    policy = visitor.get(query(url=NEW_URL)).headers["Content-Security-Policy"]
    assert "form-action 'self' https://new.example.net;" in policy


def test_the_same_host_moves_at_once_and_the_old_token_dies(visitor: FlaskClient, token: str) -> None:
    handed = Handed.over(move(visitor, PATH_URL))
    assert handed.page == f"{PATH_URL}/admin/registration/confirmregistration.php"
    assert only_site().url == PATH_URL
    assert is_registered(visitor, token)["errorcode"] == "invalidtoken"  # type: ignore[index]  # an error object
    assert is_registered(visitor, handed.token, PATH_URL) is True
    assert mails("site-changed")


def test_another_host_waits_for_the_contact(visitor: FlaskClient, token: str) -> None:
    moderation.trust(only_site(), by=COMMAND)
    db.session.commit()
    response = move(visitor)
    assert response.status_code == 202
    assert "Location" not in response.headers
    site = only_site()
    assert (site.url, site.trusted, site.trust_in_force) == (SITE_URL, True, False)
    assert [(mail.name, mail.recipient) for mail in mails()[-2:]] == [
        ("site-move-asked", CONTACT),
        ("site-moving", "moderator@hub.test"),
    ]
    assert [matter.kind for matter in matters()] == [MatterKind.MOVE]
    assert is_registered(visitor, token) is True


def test_a_claimed_move_hides_no_course_that_trust_had_shown(visitor: FlaskClient, token: str) -> None:
    site = only_site()
    course = make_course(site, standing="WAITING")
    moderation.trust(site, by=COMMAND)
    db.session.commit()
    listed = sa.select(Course.listed).where(Course.id == course.id)
    assert db.session.scalar(listed) is True
    move(visitor)
    assert db.session.scalar(listed) is True
    submit(visitor, forms(visitor.get(asked()).text)[0])
    assert db.session.scalar(listed) is True


def test_B06_the_contact_confirms_and_the_old_token_dies(visitor: FlaskClient, token: str) -> None:
    move(visitor)
    page = visitor.get(asked())
    assert NEW_URL in page.text
    assert only_site().url == SITE_URL
    handed = Handed.over(submit(visitor, forms(page.text)[1]))
    assert handed.page == f"{NEW_URL}/admin/registration/confirmregistration.php"
    assert handed.values["token"] == SECRET
    assert only_site().url == NEW_URL
    assert is_registered(visitor, token, NEW_URL)["errorcode"] == "invalidtoken"  # type: ignore[index]  # an error object
    assert is_registered(visitor, handed.token, NEW_URL) is True
    assert matters() == []


def test_the_contact_refuses_and_nothing_has_changed(visitor: FlaskClient, token: str) -> None:
    move(visitor)
    address = asked()
    assert submit(visitor, forms(visitor.get(address).text)[0]).status_code == 200
    assert only_site().url == SITE_URL
    assert only_site().trust_paused is False
    assert is_registered(visitor, token) is True
    assert visitor.get(address).status_code == 403


def test_the_link_of_a_move_works_once_and_only_with_its_form(visitor: FlaskClient, token: str) -> None:
    move(visitor)
    form = forms(visitor.get(asked()).text)[1]
    assert submit(visitor, form | {"csrf_token": ""}).status_code == 400
    Handed.over(submit(visitor, form))
    response = submit(visitor, form)
    assert response.status_code == 403
    assert "freshtokenerror" in response.text


def test_a_moderator_decides_as_well(visitor: FlaskClient, token: str) -> None:
    move(visitor)
    moderator = people.create("mo", "mo@hub.test", "correct horse", Role.MODERATOR, by=COMMAND)
    waiting = moving.find_waiting(only_site())
    assert waiting is not None
    moving.accept(waiting, by=moderator)
    db.session.commit()
    assert only_site().url == NEW_URL


def test_asking_again_mails_nobody_again(visitor: FlaskClient, token: str) -> None:
    for _ in range(3):
        move(visitor)
    move(visitor, "https://third.example.net")
    assert len(mails("site-move-asked")) == 1
    assert count(Move) == 1


def test_a_day_later_another_host_takes_the_place_of_the_waiting_one(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(START):
        move(visitor)
    with clock.fixed(START + timedelta(days=2)):
        move(visitor, "https://third.example.net")
    states = db.session.execute(sa.select(Move.new_url, Move.state).order_by(Move.id)).all()
    assert states == [(NEW_URL, MoveState.REFUSED), ("https://third.example.net", MoveState.WAITING)]


def test_a_url_that_was_taken_meanwhile_is_not_given_away(visitor: FlaskClient, token: str) -> None:
    move(visitor)
    register(visitor, url=NEW_URL, token="somebody else")
    response = submit(visitor, forms(visitor.get(asked()).text)[1])
    assert response.status_code == 409
    assert "urlalreadyexist" in response.text


def test_an_update_from_another_host_waits_too_and_keeps_the_token(visitor: FlaskClient, token: str) -> None:
    assert update(visitor, token, url=NEW_URL, name="New name") is True
    site = only_site()
    assert (site.url, site.name, site.trust_paused) == (SITE_URL, "New name", True)
    assert mails("site-move-asked", CONTACT)
    assert is_registered(visitor, token) is True
    response = submit(visitor, forms(visitor.get(asked()).text)[1])
    assert response.status_code == 200
    assert only_site().url == NEW_URL
    assert register(visitor, url=NEW_URL).page.startswith(NEW_URL)
    assert count(Site) == 1


def test_T16_an_update_with_another_path_moves_the_site_and_its_token(visitor: FlaskClient, token: str) -> None:
    assert update(visitor, token, url=PATH_URL) is True
    assert only_site().url == PATH_URL
    assert is_registered(visitor, token, PATH_URL) is True


def test_T07_B25_a_copy_that_registers_with_its_new_secret_is_a_new_site(visitor: FlaskClient, token: str) -> None:
    register(visitor, url=NEW_URL, token="a new secret")
    assert count(Site) == 2
