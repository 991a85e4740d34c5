"""Leaving, being removed, being blocked, and coming back (hub-server 2.7, 2.10)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from hub.courses.models import Course
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration import blocking, leaving
from hub.sites import listing, moderation, totals
from hub.sites.models import MatterKind, Site, SiteState
from hub.tokens.issuing import Reason
from hub.tokens.models import Token
from tests.factories import make_course, make_site, make_token
from tests.fakes import FakeProbe
from tests.registration.conftest import (
    SECRET,
    SERVICES,
    SITE_URL,
    Handed,
    call,
    change,
    count,
    forms,
    link_in,
    mails,
    matters,
    only_site,
    query,
    register,
    site_of,
    submit,
    update,
)

STEM = "k3JabcdefghijklmnopqrstuvwxyzAB9Zwww.example.org"


@pytest.fixture
def token(visitor: FlaskClient) -> str:
    return register(visitor, name="A site", contactemail="ada@example.org").token


def remove(*, with_courses: bool = False, reason: str = "spam") -> None:
    leaving.remove(only_site(), by=COMMAND, reason=reason, with_courses=with_courses)
    db.session.commit()


def block(url: str = SITE_URL) -> None:
    blocking.block(listing.get_by_url(url), by=COMMAND, reason="stolen")
    db.session.commit()


def test_assertion_033_a_site_leaves_by_xmlrpc_and_its_token_dies(visitor: FlaskClient, token: str) -> None:
    body = b'<?xml version="1.0"?><methodCall><methodName>hub_unregister_site</methodName></methodCall>'
    first, second = (visitor.post(f"{SERVICES}?wstoken={token}", data=body, content_type="text/xml") for _ in range(2))
    assert b"<boolean>1</boolean>" in first.data
    assert b"invalidtoken" in second.data
    assert only_site().state is SiteState.UNREGISTERED
    assert totals.read().site_count == 0


@pytest.mark.parametrize(
    ("method", "arguments"), [("GET", {}), ("GET", {"url[0]": SITE_URL}), ("POST", {"url[0]": SITE_URL})]
)
def test_assertion_091_a_site_leaves_with_and_without_its_url(
    visitor: FlaskClient, token: str, method: str, arguments: dict[str, str]
) -> None:
    assert call(visitor, token, "hub_unregister_site", method=method, **arguments) is True
    assert update(visitor, token)["errorcode"] == "invalidtoken"


def test_assertion_092_an_unknown_token_is_refused_in_exactly_this_shape(visitor: FlaskClient) -> None:
    answer = update(visitor, "unknown")
    assert set(answer) == {"exception", "errorcode", "message"}
    assert (answer["exception"], answer["errorcode"]) == ("moodle_exception", "invalidtoken")


def test_assertion_093_who_lost_his_token_may_leave_by_get_without_url(visitor: FlaskClient, token: str) -> None:
    assert call(visitor, "unknown", "hub_unregister_site", method="GET") is True
    assert (
        call(visitor, "unknown", "hub_unregister_site", method="GET", **{"url[0]": SITE_URL})["errorcode"]
        == "invalidtoken"
    )
    assert call(visitor, "unknown", "hub_unregister_site")["errorcode"] == "invalidtoken"
    assert only_site().live


def test_T38_leaving_twice_changes_nothing(visitor: FlaskClient, token: str) -> None:
    site = only_site()
    leaving.unregister(site)
    leaving.unregister(site)
    db.session.commit()
    assert totals.read().site_count == 0


def test_B43_the_courses_of_a_site_that_left_are_gone_and_do_not_come_back(visitor: FlaskClient, token: str) -> None:
    course = make_course(only_site())
    state = sa.select(Course.listed, Course.withdrawn_at.is_not(None)).where(Course.id == course.id)
    assert db.session.execute(state).one() == (True, False)
    call(visitor, token, "hub_unregister_site")
    db.session.rollback()
    assert db.session.execute(state).one() == (False, True)
    register(visitor)
    db.session.rollback()
    assert db.session.execute(state).one() == (False, True)
    assert totals.read().enrollable_count == 0


def test_T32_the_same_secret_revives_the_row_untrusted(visitor: FlaskClient, token: str) -> None:
    site_id = only_site().id
    site = only_site()
    site.trusted = True
    db.session.commit()
    call(visitor, token, "hub_unregister_site")
    handed = register(visitor, name="A site")
    site = only_site()
    assert (site.id, site.state, site.trusted, site.name) == (site_id, SiteState.LIVE, False, "A site")
    assert totals.read().site_count == 1
    assert update(visitor, handed.token, name="A site") is True
    assert update(visitor, token)["errorcode"] == "invalidtoken"
    assert matters() == []


def test_another_secret_makes_a_new_row_and_never_gets_the_old_courses(visitor: FlaskClient, token: str) -> None:
    course = make_course(only_site())
    call(visitor, token, "hub_unregister_site")
    register(visitor, token="another secret")
    assert count(Site) == 2
    assert site_of(SITE_URL).id != course.site_id


def test_the_return_of_a_removed_site_waits_for_a_moderators_look(visitor: FlaskClient, token: str) -> None:
    remove()
    register(visitor)
    assert [matter.kind for matter in matters()] == [MatterKind.RETURNED]
    remove()
    register(visitor, token="another secret")
    assert [matter.kind for matter in matters()] == [MatterKind.RETURNED]


@pytest.mark.parametrize("secret", [SECRET, "another secret"])
def test_a_removed_site_cannot_leave_to_make_moderators_forget_its_return(
    visitor: FlaskClient, token: str, secret: str
) -> None:
    remove()
    back = register(visitor, token=secret).token
    call(visitor, back, "hub_unregister_site")
    assert [matter.kind for matter in matters()] == [MatterKind.RETURNED]
    register(visitor, token="yet another")
    assert {matter.kind for matter in matters()} == {MatterKind.RETURNED}


def test_a_hidden_site_that_returns_under_another_secret_waits_for_a_moderators_look(
    visitor: FlaskClient, token: str
) -> None:
    moderation.hide(only_site(), by=COMMAND)
    db.session.commit()
    call(visitor, token, "hub_unregister_site")
    register(visitor, token="another secret")
    assert [matter.kind for matter in matters()] == [MatterKind.RETURNED]
    assert site_of(SITE_URL).visible is True
    assert "is back" in mails("site-registered")[-1].subject


def test_a_site_that_a_moderator_hid_comes_back_hidden(visitor: FlaskClient, token: str) -> None:
    only_site().visible = False
    db.session.commit()
    totals.adjust(sites=-1)
    db.session.commit()
    call(visitor, token, "hub_unregister_site")
    register(visitor)
    assert only_site().visible is False
    assert totals.read().site_count == 0


def test_T13_T14_B49_removal_tells_the_contact_where_the_site_forgets_the_hub(visitor: FlaskClient, token: str) -> None:
    remove()
    mail = mails("site-removed")[0]
    assert mail.recipient == "ada@example.org"
    link = (
        f"{SITE_URL}/admin/registration/index.php?huburl=http%3A%2F%2Fhub.test&force=1&unregistration=1&cleanregdata=1"
    )
    assert link in mail.body
    assert "spam" in mail.body
    assert update(visitor, token) == update(visitor, "unknown")


def test_T10_T11_removal_takes_the_named_site_and_needs_no_token(visitor: FlaskClient, token: str) -> None:
    other = make_site(url="https://other.example.org", contact_email="")
    leaving.remove(other, by=COMMAND, reason="", with_courses=False)
    db.session.commit()
    assert site_of(SITE_URL).live
    assert mails("site-removed") == []


@pytest.mark.parametrize("with_courses", [False, True])
def test_removal_takes_what_the_moderator_chose(visitor: FlaskClient, token: str, with_courses: bool) -> None:
    course = make_course(only_site())
    remove(with_courses=with_courses)
    row = db.session.execute(sa.select(Course.listed, Course.removed_at).where(Course.id == course.id)).one()
    assert row.listed is False
    assert (row.removed_at is not None) is with_courses


def test_removal_ends_what_waited(visitor: FlaskClient, token: str) -> None:
    visitor.get(query(token="a fresh secret"))
    address = link_in(mails("site-url-taken")[0])
    remove()
    assert visitor.get(address).status_code == 403
    Handed.over(visitor.get(query(token="a fresh secret")))


def test_assertion_094_T07_a_blocked_site_is_told_so_and_its_courses_are_kept(visitor: FlaskClient, token: str) -> None:
    course = make_course(only_site())
    other = make_token(make_site())
    block()
    answer = update(visitor, token)
    assert answer["exception"] == "registration_exception"
    assert set(answer) == {"exception", "errorcode", "message"}
    row = db.session.execute(
        sa.select(Course.listed, Course.removed_at, Course.withdrawn_at).where(Course.id == course.id)
    )
    assert row.one() == (False, None, None)
    assert call(visitor, other, "hub_site_is_registered") is False


def test_T07_B25_a_blocked_secret_is_sent_for_a_new_one_at_the_named_host(
    visitor: FlaskClient, token: str, probe: FakeProbe
) -> None:
    block()
    asked_before = len(probe.asked)
    page = visitor.get(query())
    assert page.status_code == 403
    assert "Location" not in page.headers
    form = forms(page.text)[0]
    assert form == {
        "_action": f"{SITE_URL}/admin/registration/renewregistration.php",
        "url": "http://hub.test",
        "token": SECRET,
        "hubname": "The test hub",
    }
    assert "form-action 'self' https://www.example.org:8080;" in page.headers["Content-Security-Policy"]
    assert "https://www.example.org:8080" in page.text
    assert len(probe.asked) == asked_before
    assert Handed.over(visitor.get(query(token="a new secret"))).token


@pytest.mark.parametrize(
    ("registered", "tried"),
    [
        (STEM + "20260101120000", STEM + "20260202130000"),
        (STEM + "20260101120000", STEM),
        (STEM, STEM + "20260202130000"),
    ],
)
def test_a_block_holds_for_secrets_that_differ_only_in_their_final_digits(
    visitor: FlaskClient, registered: str, tried: str
) -> None:
    register(visitor, token=registered)
    block()
    assert visitor.get(query(token=tried)).status_code == 403
    assert visitor.get(query(token="x" + tried)).status_code == 303


def test_assertion_111_fourteen_digits_at_the_end_of_a_secret_mean_nothing_else(visitor: FlaskClient) -> None:
    register(visitor, token=STEM + "20260101120000", contactemail="ada@example.org")
    response = visitor.get(query(token=STEM + "20260202130000"))
    assert "freshmoodleregistrationerror" in response.text
    handed = Handed.over(submit(visitor, forms(visitor.get(link_in(mails("site-url-taken")[0])).text)[0]))
    assert handed.values["token"] == STEM + "20260202130000"
    assert count(Site) == 1


def test_B19_a_closed_hub_says_so_and_never_that_a_token_is_invalid(visitor: FlaskClient, token: str) -> None:
    change(hubenabled="0")
    for shown in (token, "unknown", "publichub", ""):
        answer = update(visitor, shown)
        assert (answer["exception"], answer["errorcode"]) == ("moodle_exception", "hubnotenabled")
    change(hubenabled="1")
    assert update(visitor, token) is True


def test_every_ended_token_keeps_its_reason(visitor: FlaskClient, token: str) -> None:
    remove()
    assert list(db.session.scalars(sa.select(Token.revoked_reason))) == [Reason.SITE_REMOVED.value]


def test_the_contact_sees_the_state_and_can_say_that_it_was_not_him(visitor: FlaskClient, token: str) -> None:
    address = link_in(mails("site-welcome")[0])
    page = visitor.get(address)
    assert page.status_code == 200
    assert "A site" in page.text
    form = forms(page.text)[0]
    assert submit(visitor, form | {"csrf_token": ""}).status_code == 400
    for _ in range(2):
        assert submit(visitor, form).status_code == 200
    assert [matter.kind for matter in matters()] == [MatterKind.DISOWNED]
    assert len(mails("site-disowned")) == 1
    assert only_site().visible is True


@pytest.mark.parametrize("value", ["", "x", "WzEsIngiLDFd.abc"])
def test_a_guessed_link_to_the_state_opens_nothing(visitor: FlaskClient, token: str, value: str) -> None:
    assert visitor.get("/registration/site", query_string={"token": value}).status_code == 403
    assert visitor.get("/registration/move", query_string={"token": value, "id": "1"}).status_code == 403
