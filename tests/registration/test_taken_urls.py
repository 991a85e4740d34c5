"""A fresh Moodle on a URL that is taken (hub-server 2.6): the contact of the registered site decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from hub import clock
from hub.events.models import EventRow
from hub.extensions import db
from hub.jobs import schedule
from hub.registration import replacing
from hub.registration.models import Attempt, AttemptState
from hub.sites.models import Site, SiteState
from hub.tokens.issuing import hashed
from hub.tokens.models import Token
from tests.factories import make_course, make_site, make_token
from tests.registration.conftest import (
    REGISTRATION,
    SECRET,
    SITE_URL,
    Handed,
    call,
    count,
    forms,
    link_in,
    mails,
    query,
    register,
    site_of,
    submit,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD_CONTACT = "old@example.org"
NEWCOMER = {"token": "a fresh secret", "name": "Fresh Moodle", "contactemail": "new@example.org"}


@pytest.fixture
def holder(visitor: FlaskClient) -> str:
    """A registered site at SITE_URL; its token."""
    token = register(visitor, name="Old Moodle", contactemail=OLD_CONTACT).token
    call(visitor, token, "hub_site_is_registered", siteurl=SITE_URL, sitesecret=SECRET)
    return token


def is_registered(visitor: FlaskClient, token: str, secret: str = SECRET) -> object:
    return call(visitor, token, "hub_site_is_registered", siteurl=SITE_URL, sitesecret=secret)


def asked() -> str:
    return link_in(mails("site-url-taken")[-1])


def test_assertion_013_T06_another_secret_on_a_taken_url_asks_the_old_contact(
    visitor: FlaskClient, holder: str
) -> None:
    response = visitor.get(query(**NEWCOMER))
    assert response.status_code == 409
    assert "freshmoodleregistrationerror" in response.text
    assert "freshmoodleregistrationerror2" not in response.text
    assert [mail.recipient for mail in mails("site-url-taken")] == [OLD_CONTACT]
    assert is_registered(visitor, holder) is True
    assert OLD_CONTACT not in response.text


def test_T08_a_second_attempt_within_a_day_is_told_so_and_mails_nobody(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    for secret in ("a fresh secret", "yet another secret"):
        response = visitor.get(query(token=secret))
        assert response.status_code == 409
        assert "freshmoodleregistrationerror2" in response.text
    assert len(mails("site-url-taken")) == 1


def test_T09_B15_after_a_day_a_mail_goes_out_again_but_only_one_a_day(visitor: FlaskClient, holder: str) -> None:
    with clock.fixed(START):
        visitor.get(query(**NEWCOMER))
    for hours in (25, 26, 30):
        with clock.fixed(START + timedelta(hours=hours)):
            visitor.get(query(**NEWCOMER | {"name": "Newer name"}))
    assert len(mails("site-url-taken")) == 2
    with clock.fixed(START + timedelta(hours=31)):
        page = visitor.get(asked()).text
    assert "Newer name" in page


def test_T09_the_link_shows_and_does_nothing(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    for address in (asked(), asked() + "&freshmoodletokenconf=1"):
        page = visitor.get(address)
        assert page.status_code == 200
        assert all(text in page.text for text in ("Old Moodle", "Fresh Moodle", "new@example.org", SITE_URL))
    assert is_registered(visitor, holder) is True


def test_B06_confirming_by_post_replaces_the_site_and_kills_the_old_token(visitor: FlaskClient, holder: str) -> None:
    course = make_course(site_of(SITE_URL))
    visitor.get(query(**NEWCOMER, huburl="http://hub.test"))
    form = forms(visitor.get(asked()).text)[0]
    assert form["freshmoodletokenconf"] == "1"
    handed = Handed.over(submit(visitor, form))
    assert handed.page == f"{SITE_URL}/admin/registration/confirmregistration.php"
    assert (handed.values["token"], handed.values["url"]) == ("a fresh secret", "http://hub.test")
    assert is_registered(visitor, holder)["errorcode"] == "invalidtoken"  # type: ignore[index]  # an error object
    assert is_registered(visitor, handed.token, "a fresh secret") is True
    site = site_of(SITE_URL)
    assert (site.name, count(Site)) == ("Fresh Moodle", 1)
    db.session.refresh(course)
    assert (course.site_id, course.withdrawn_at) == (site.id, None)


def test_the_admin_of_the_replaced_site_registers_again_and_is_known(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    submit(visitor, forms(visitor.get(asked()).text)[0])
    assert register(visitor, **NEWCOMER).values["token"] == "a fresh secret"
    assert count(Site) == 1


def test_the_link_works_once(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    address = asked()
    form = forms(visitor.get(address).text)[0]
    Handed.over(submit(visitor, form))
    for response in (visitor.get(address), submit(visitor, form)):
        assert response.status_code == 403
        assert "freshtokenerror" in response.text


@pytest.mark.parametrize("token", ["", "0", "wrong", "a" * 64])
@pytest.mark.parametrize("site_id", ["1", "0", "-1", "x", "99999999999999999999"])
def test_a_guessed_link_opens_nothing(visitor: FlaskClient, holder: str, token: str, site_id: str) -> None:
    visitor.get(query(**NEWCOMER))
    response = visitor.get(f"{REGISTRATION}?{urlencode({'freshmoodletoken': token or 'x', 'id': site_id})}")
    assert response.status_code == 403
    assert "freshtokenerror" in response.text


def test_confirming_needs_the_token_of_our_own_form(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    form = forms(visitor.get(asked()).text)[0]
    for forged in (form | {"csrf_token": ""}, form | {"csrf_token": "x"}):
        assert submit(visitor, forged).status_code == 400
    assert is_registered(visitor, holder) is True


def test_a_mailed_link_never_changes_whom_it_admits(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    address = asked()
    visitor.get(query(token="an attacker's secret", name="Attacker"))
    admitting = forms(visitor.get(address).text)
    assert len(admitting) == 3
    assert Handed.over(submit(visitor, admitting[0])).values["token"] == "a fresh secret"


def test_all_open_attempts_are_shown_oldest_first_with_a_form_each(visitor: FlaskClient, holder: str) -> None:
    for number in range(3):
        visitor.get(query(token=f"secret {number}", name=f"Fresh {number}"))
    page = visitor.get(asked()).text
    assert page.index("Fresh 0") < page.index("Fresh 1") < page.index("Fresh 2")
    second = forms(page)[1]
    assert Handed.over(submit(visitor, second)).values["token"] == "secret 1"


def test_this_was_not_me_closes_everything(visitor: FlaskClient, holder: str) -> None:
    for secret in ("secret 1", "secret 2"):
        visitor.get(query(token=secret))
    address = asked()
    assert submit(visitor, forms(visitor.get(address).text)[-1]).status_code == 200
    assert is_registered(visitor, holder) is True
    assert visitor.get(address).status_code == 403
    states = db.session.scalars(sa.select(Attempt.state)).all()
    assert states == [AttemptState.DENIED, AttemptState.DENIED]


def test_denied_or_not_at_most_one_mail_a_day_goes_to_a_url(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    submit(visitor, forms(visitor.get(asked()).text)[-1])
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.77"}}
    assert "freshmoodleregistrationerror2" in visitor.get(query(token="another secret"), **elsewhere).text
    assert len(mails("site-url-taken")) == 1


def attempts_of(site_url: str) -> list[Attempt]:
    return replacing.open_attempts(site_of(site_url), clock.now())


def from_address(visitor: FlaskClient, number: int, secret: str) -> None:
    response = visitor.get(query(token=secret), environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"})
    assert response.status_code == 409


def test_one_address_displaces_only_its_own_attempts(visitor: FlaskClient, holder: str) -> None:
    from_address(visitor, 1, "rightful, mailed")
    from_address(visitor, 2, "rightful, not mailed")
    for number in range(20):
        from_address(visitor, 3, f"flood {number}")
    waiting = [hashed(each) for each in ("rightful, mailed", "rightful, not mailed", "flood 18", "flood 19")]
    assert [attempt.secret_hash for attempt in attempts_of(SITE_URL)] == waiting


def test_a_flood_from_many_addresses_keeps_nobody_out_and_never_displaces_who_was_mailed_about(
    visitor: FlaskClient, holder: str
) -> None:
    from_address(visitor, 1, "mailed")
    for number in range(20):
        from_address(visitor, 2 + number, f"flood {number}")
    from_address(visitor, 1, "the last one")
    waiting = [attempt.secret_hash for attempt in attempts_of(SITE_URL)]
    assert (waiting[0], waiting[-1]) == (hashed("mailed"), hashed("the last one"))
    assert len(waiting) == replacing.MOST_OPEN
    assert hashed("flood 0") not in waiting


def test_a_week_of_daily_mails_never_fills_all_places(visitor: FlaskClient, holder: str) -> None:
    for day in range(12):
        with clock.fixed(START + timedelta(days=day, minutes=day)):
            from_address(visitor, 1 + day, f"daily {day}")
    with clock.fixed(START + timedelta(days=11, minutes=12)):
        from_address(visitor, 99, "rightful")
        waiting = [attempt.secret_hash for attempt in attempts_of(SITE_URL)]
    assert hashed("rightful") in waiting
    assert len(waiting) < replacing.MOST_OPEN


def test_B32_after_a_week_an_attempt_ends_and_its_secret_is_forgotten(visitor: FlaskClient, holder: str) -> None:
    with clock.fixed(START):
        visitor.get(query(**NEWCOMER))
    with clock.fixed(START + timedelta(days=7, minutes=1)):
        assert visitor.get(asked()).status_code == 403
        schedule.get_job("expire-attempts").act()
    attempt = db.session.scalars(sa.select(Attempt)).one()
    assert (attempt.state, attempt.secret) == (AttemptState.EXPIRED, "")


def test_B32_the_waiting_secret_is_stored_encrypted(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    attempt = db.session.scalars(sa.select(Attempt)).one()
    stored = " ".join(str(getattr(attempt, column.key)) for column in Attempt.__table__.columns)
    assert "a fresh secret" not in stored
    assert "a fresh secret" not in asked()


def test_the_contact_of_one_site_never_ends_another_ones_registration(visitor: FlaskClient, holder: str) -> None:
    elsewhere = register(visitor, url="https://elsewhere.example.org", token="shared", contactemail="a@example.org")
    visitor.get(query(token="shared", name="Whoever knows the secret of A"))
    response = submit(visitor, forms(visitor.get(asked()).text)[0])
    assert response.status_code == 409
    assert "sitesecretalreadyexist" in response.text
    registered = call(
        visitor,
        elsewhere.token,
        "hub_site_is_registered",
        siteurl="https://elsewhere.example.org",
        sitesecret="shared",
    )
    assert registered is True
    assert is_registered(visitor, holder) is True


def test_B16_T06_a_known_site_on_another_sites_url_ends_its_own_row(visitor: FlaskClient, holder: str) -> None:
    arrival = {"url": "https://elsewhere.example.org", "token": "secret of A", "contactemail": OLD_CONTACT}
    elsewhere = register(visitor, **arrival, name="Site A").token
    assert "freshmoodleregistrationerror" in visitor.get(query(token="secret of A", name="Site A")).text
    handed = Handed.over(submit(visitor, forms(visitor.get(asked()).text)[0]))
    assert is_registered(visitor, elsewhere)["errorcode"] == "invalidtoken"  # type: ignore[index]  # an error object
    assert is_registered(visitor, handed.token, "secret of A") is True
    live = db.session.scalars(sa.select(Site).where(Site.state == SiteState.LIVE)).all()
    assert [(site.url, site.name) for site in live] == [(SITE_URL, "Site A")]


def test_without_a_contact_the_moderators_are_asked(visitor: FlaskClient) -> None:
    register(visitor)
    visitor.get(query(**NEWCOMER))
    assert [mail.recipient for mail in mails("site-url-taken")] == ["moderator@hub.test"]


def test_for_two_weeks_after_a_change_the_former_contact_decides(visitor: FlaskClient, holder: str) -> None:
    with clock.fixed(START):
        register(visitor, contactemail="thief@example.org")
    assert mails("site-contact-changed", OLD_CONTACT)
    with clock.fixed(START + timedelta(days=13)):
        visitor.get(query(**NEWCOMER))
    with clock.fixed(START + timedelta(days=15)):
        visitor.get(query(**NEWCOMER))
    assert [mail.recipient for mail in mails("site-url-taken")] == [OLD_CONTACT, "thief@example.org"]


def test_changing_the_contact_twice_does_not_shake_the_former_one_off(visitor: FlaskClient, holder: str) -> None:
    with clock.fixed(START):
        register(visitor, contactemail="thief@example.org")
        register(visitor, contactemail="thief2@example.org")
        visitor.get(query(**NEWCOMER))
    assert [mail.recipient for mail in mails("site-url-taken")] == [OLD_CONTACT]
    assert {mail.recipient for mail in mails("site-contact-changed")} == {OLD_CONTACT, "thief@example.org"}


def test_B05_B31_no_token_ever_passes_to_another_site(visitor: FlaskClient) -> None:
    first, second = make_site(url="https://u1.example.org"), make_site(url="https://u2.example.org")
    tokens = {make_token(first), make_token(second)}
    handed = register(visitor, url="https://u3.example.org", token="third")
    assert handed.token not in tokens
    assert db.session.scalar(sa.select(sa.func.count(sa.distinct(Token.hash)))) == 3


@pytest.mark.parametrize(
    "spelling",
    ["http://www.example.org:8080", f"{SITE_URL}/", "https://WWW.Example.ORG:8080", "https://www.example.org.:8080"],
)
def test_B31_another_spelling_is_the_same_site(visitor: FlaskClient, holder: str, spelling: str) -> None:
    assert register(visitor, url=spelling).page.startswith(spelling.rstrip("/") + "/admin/")
    assert count(Site) == 1
    assert visitor.get(query(url=spelling, token="another secret")).status_code == 409


def test_the_path_keeps_its_case(visitor: FlaskClient) -> None:
    register(visitor, url="https://example.org/moodle", token="s1")
    register(visitor, url="https://example.org/Moodle", token="s2")
    assert count(Site) == 2


def test_what_happened_is_in_the_log(visitor: FlaskClient, holder: str) -> None:
    visitor.get(query(**NEWCOMER))
    submit(visitor, forms(visitor.get(asked()).text)[0])
    kinds = list(db.session.scalars(sa.select(EventRow.kind).order_by(EventRow.id)))
    assert kinds[:1] == ["site registered"]
    assert {"URL taken", "site replaced", "site contact changed", "site renamed"} <= set(kinds)
