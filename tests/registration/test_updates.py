"""hub_update_site_info and hub_site_is_registered (hub-server 3.2.2, moodle-clients 2.8 to 2.12 and 7)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub import clock
from hub.extensions import db
from hub.registration.signatures import signed
from hub.sites.identity import signing_key
from hub.sites.models import MatterKind, SitePrivacy
from tests.factories import make_site, make_token
from tests.fakes import FakeProbe
from tests.registration.conftest import (
    SECRET,
    SERVICES,
    SITE_URL,
    call,
    mails,
    matters,
    only_site,
    register,
    site_of,
    siteinfo,
    update,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def token(visitor: FlaskClient) -> str:
    return register(visitor, name="A site", contactemail="ada@example.org").token


def is_registered(visitor: FlaskClient, token: str, url: str = SITE_URL, secret: str = SECRET) -> object:
    return call(visitor, token, "hub_site_is_registered", siteurl=url, sitesecret=secret)


def sign(url: str, moment: datetime, secret: str = SECRET) -> dict[str, object]:
    seconds = clock.to_unix(moment)
    return {"timestamp": seconds, "signature": signed(url, seconds, signing_key(secret))}


def xmlrpc(visitor: FlaskClient, token: str, function: str, parameters: str) -> bytes:
    called = f"<methodCall><methodName>{function}</methodName>{parameters}</methodCall>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>{called}'.encode()
    return visitor.post(f"{SERVICES}?wstoken={token}", data=body, content_type="text/xml").data


def struct(**members: str) -> str:
    inside = "".join(f"<member><name>{name}</name><value>{value}</value></member>" for name, value in members.items())
    return f"<params><param><value><struct>{inside}</struct></value></param></params>"


def test_assertion_086_an_update_by_get_without_a_version_is_true(visitor: FlaskClient, token: str) -> None:
    answer = call(visitor, token, "hub_update_site_info", method="GET", **siteinfo(name="By get"))
    assert answer is True
    assert only_site().name == "By get"


def test_assertion_101_106_the_same_token_serves_get_and_post(visitor: FlaskClient, token: str) -> None:
    assert call(visitor, token, "hub_update_site_info", method="GET", **siteinfo(name="By get")) is True
    assert update(visitor, token, name="By post") is True
    assert only_site().name == "By post"


def test_assertion_087_what_is_absent_becomes_empty_but_for_url_and_contact(visitor: FlaskClient, token: str) -> None:
    update(
        visitor, token, contactphone="123", geolocation="1,2", regioncode="BY", courses="3", moodleversion="2017051500"
    )
    answer = call(visitor, token, "hub_update_site_info", **{"siteinfo[name]": "Still"})
    site = only_site()
    assert answer is True
    assert (site.contact_phone, site.geolocation, site.region_code, site.moodle_version) == ("", "", "", "")
    assert (site.figures, site.name) == ({}, "Still")
    assert (site.url, site.contact_email) == (SITE_URL, "admin@www.example.org")


def test_assertion_088_104_unknown_keys_and_validateurl_are_ignored(visitor: FlaskClient, token: str) -> None:
    recent = {
        "policyagreed": "1",
        "activeusers": "7",
        "dbtype": "mariadb",
        "coursesnodates": "2",
        "sitetheme": "boost",
        "primaryauthtype": "manual",
        "commnews": "1",
        "whatever": "x",
    }
    answer = call(visitor, token, "hub_update_site_info", **siteinfo(**recent), validateurl="1")
    site = only_site()
    assert answer is True
    assert site.figures == {"activeusers": 7, "coursesnodates": 2}
    assert site.extras == {"policyagreed": "1", "dbtype": "mariadb", "sitetheme": "boost", "primaryauthtype": "manual"}


def test_assertion_027_false_in_a_text_field_is_empty(visitor: FlaskClient, token: str) -> None:
    no = "<boolean>0</boolean>"
    sent = struct(
        name="<string>Still</string>", contactphone=no, imageurl=no, geolocation=no, url=f"<string>{SITE_URL}</string>"
    )
    assert b"<boolean>1</boolean>" in xmlrpc(visitor, token, "hub_update_site_info", sent)
    assert only_site().contact_phone == ""
    update(visitor, token, contactphone="0", geolocation="0")
    assert (only_site().contact_phone, only_site().geolocation) == ("", "")


@pytest.mark.parametrize(
    ("average", "stored"),
    [("<int>0</int>", 0), ("<double>2.5</double>", 2.5), ("<string>2.3333333333333</string>", 2.3333333333333)],
)
def test_assertion_028_T27_averages_come_as_they_like(
    visitor: FlaskClient, token: str, average: str, stored: float
) -> None:
    sent = struct(participantnumberaverage=average, courses="<int>-1</int>")
    assert b"<boolean>1</boolean>" in xmlrpc(visitor, token, "hub_update_site_info", sent)
    assert only_site().figures == {"participantnumberaverage": stored}


@pytest.mark.parametrize("badges", [{}, {"badges": "3", "issuedbadges": "4"}])
def test_T28_badges_are_optional(visitor: FlaskClient, token: str, badges: dict[str, str]) -> None:
    assert update(visitor, token, **badges) is True
    assert only_site().figures == {name: int(value) for name, value in badges.items()}


@pytest.mark.parametrize("name", ["mobilenotificationsenabled", "mobilenotificacionsenabled"])
def test_T29_both_spellings_of_the_mobile_key_are_one(visitor: FlaskClient, token: str, name: str) -> None:
    update(visitor, token, **{name: "1"})
    assert only_site().figures == {"mobilenotificationsenabled": 1}


def test_assertion_109_statistics_of_100_kb_are_kept_as_they_are(visitor: FlaskClient, token: str) -> None:
    usage = json.dumps({"mod": {f"plugin{number}": {"enabled": 1, "count": number} for number in range(2700)}})
    assert len(usage) > 100_000
    assert update(visitor, token, pluginusage=usage) is True
    assert json.loads(only_site().extras["pluginusage"]) == json.loads(usage)


@pytest.mark.parametrize(
    "usage", ["{broken", "[1]", "1", "{" * 100_000, '{"a":' * 5000 + "1" + "}" * 5000, "x" * 400_000]
)
def test_assertion_109_what_is_no_statistics_is_dropped_and_the_rest_kept(
    visitor: FlaskClient, token: str, usage: str
) -> None:
    assert update(visitor, token, pluginusage=usage, name="Still") is True
    assert only_site().name == "Still"


@pytest.mark.parametrize("usage", ["", '{"openai":{"generate_text":{"success_count":1,"fail_count":0}}}'])
@pytest.mark.parametrize("kind", ["", "19", "15", "4711", "university"])
def test_assertion_110_ai_usage_and_any_kind_of_organisation(
    visitor: FlaskClient, token: str, usage: str, kind: str
) -> None:
    assert update(visitor, token, aiusage=usage, organisationtype=kind) is True


def test_assertion_107_108_is_registered_is_true_or_false_only(visitor: FlaskClient, token: str) -> None:
    other = make_site(secret="somebody else's", url="https://other.example.org")
    assert is_registered(visitor, token) is True
    assert is_registered(visitor, token, SITE_URL.replace("www", "WWW") + "/") is True
    assert is_registered(visitor, token, secret="unknown") is False
    assert is_registered(visitor, token, other.url, "somebody else's") is False
    assert is_registered(visitor, token, url="no url") is False
    assert call(visitor, token, "hub_site_is_registered") is False
    unknown = is_registered(visitor, "unknown")
    assert unknown["exception"] == "moodle_exception"  # type: ignore[index]  # an error object
    assert unknown["errorcode"] == "invalidtoken"  # type: ignore[index]  # an error object


def test_T15_only_a_new_name_or_url_is_told_to_moderators(visitor: FlaskClient, token: str) -> None:
    update(visitor, token, name="A site", description="Other", courses="9")
    assert mails("site-changed") == []
    update(visitor, token, name="Another name")
    assert ["Another name" in mail.body and "A site" in mail.body for mail in mails("site-changed")] == [True]
    assert [matter.kind for matter in matters()] == [MatterKind.NEW_NAME]
    assert only_site().visible is True


def test_the_first_name_of_a_site_that_told_none_is_no_news(visitor: FlaskClient) -> None:
    token = register(visitor).token
    update(visitor, token, name="Its name")
    assert mails("site-changed") == []
    assert matters() == []


def test_a_new_contact_is_told_to_the_old_one(visitor: FlaskClient, token: str) -> None:
    update(visitor, token, contactemail="eve@example.org")
    told = mails("site-contact-changed")
    assert [mail.recipient for mail in told] == ["ada@example.org"]
    assert "eve@example.org" in told[0].body


def test_a_contact_that_changes_to_and_fro_floods_nobodys_mailbox(visitor: FlaskClient, token: str) -> None:
    for number in range(20):
        update(visitor, token, contactemail=("victim@example.org", "eve@example.org")[number % 2])
    assert len(mails("site-contact-changed", to="victim@example.org")) <= 3
    assert len(mails("site-contact-changed", to="ada@example.org")) == 3


def test_a_site_that_changes_its_name_all_day_floods_no_moderator(visitor: FlaskClient, token: str) -> None:
    for number in range(20):
        update(visitor, token, name=f"Name {number}")
    assert len(mails("site-changed")) == 3
    assert [matter.details["new"] for matter in matters()] == ["Name 19"]


@pytest.mark.usefixtures("rate_limits")
def test_nobody_makes_the_hub_ask_other_servers_without_end(visitor: FlaskClient, token: str, probe: FakeProbe) -> None:
    answers = [update(visitor, token, url=f"https://target.example/{number}") for number in range(32)]
    assert [isinstance(each, dict) and each.get("errorcode") for each in answers[-2:]] == ["ratelimited"] * 2
    assert update(visitor, token, name="Not concerned") is True


def test_T17_an_update_notes_the_address(visitor: FlaskClient, token: str) -> None:
    values = {"wstoken": token, "wsfunction": "hub_update_site_info", "moodlewsrestformat": "json"} | siteinfo()
    visitor.post(SERVICES, data=values, environ_base={"REMOTE_ADDR": "2001:db8::17"})
    assert only_site().address == "2001:db8::17"


def test_assertion_030_T35_only_a_new_url_is_asked_and_for_six_seconds_at_most(
    visitor: FlaskClient, hub: Flask, token: str
) -> None:
    open_meanwhile: list[bool] = []
    hub.extensions["hub_probe"] = FakeProbe(meanwhile=lambda: open_meanwhile.append(db.session().in_transaction()))
    update(visitor, token, url=SITE_URL + "/")
    assert hub.extensions["hub_probe"].asked == []
    update(visitor, token, url=SITE_URL + "/path")
    assert hub.extensions["hub_probe"].asked == [(SITE_URL + "/path", 6.0)]
    assert open_meanwhile == [False]


def test_T18_a_new_url_that_does_not_answer_is_refused_whole(visitor: FlaskClient, hub: Flask, token: str) -> None:
    hub.extensions["hub_probe"] = FakeProbe(unreachable={"https://gone.example.org"})
    answer = update(visitor, token, url="https://gone.example.org", name="Changed")
    assert answer["errorcode"] == "cannotregisternotavailablesite"
    assert (only_site().url, only_site().name) == (SITE_URL, "A site")


def test_the_url_of_another_site_is_refused(visitor: FlaskClient, token: str) -> None:
    make_site(url="https://taken.example.org")
    answer = update(visitor, token, url="https://taken.example.org/")
    assert answer["errorcode"] == "urlalreadyexist"
    assert mails("site-changed") == []


def test_B37_a_refused_update_mails_nobody(visitor: FlaskClient, token: str) -> None:
    make_site(url="https://taken.example.org")
    before = len(mails())
    update(visitor, token, url="https://taken.example.org", name="Changed", contactemail="eve@example.org")
    assert len(mails()) == before


def test_a_site_updates_itself_and_no_other(visitor: FlaskClient, token: str) -> None:
    other = make_site(url="https://other.example.org", name="Other")
    update(visitor, make_token(other), url=SITE_URL, name="Mine")
    assert site_of(SITE_URL).name == "A site"


def test_assertion_113_117_a_signed_update_is_verified(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(NOW):
        assert update(visitor, token, name="Signed", **sign(SITE_URL, NOW)) is True
    assert only_site().signed_at == NOW


@pytest.mark.parametrize(
    ("secret", "url", "moment", "signature"),
    [
        (
            "thesharedsecret",
            "https://example.com",
            1700000000,
            "ce4f7e59908eff3bbd120c7d7466fbfebaaf1b436611faf8fcbf2f444538f12f",
        ),
        (
            "abcdefghijklmnopqrstuvwxyz012345localhost20260101120000",
            "http://localhost/moodle",
            1760000000,
            "ba59b644d541bef0a4f6fd1758619449503c9b4097763d8c43f0e8d650325d39",
        ),
    ],
)
def test_assertion_113_the_known_vectors_hold(
    visitor: FlaskClient, secret: str, url: str, moment: int, signature: str
) -> None:
    token = register(visitor, url=url, token=secret).token
    with clock.fixed(clock.from_unix(moment + 5)):
        assert update(visitor, token, url=url, timestamp=moment, signature=signature) is True
        assert only_site().signed_at == clock.from_unix(moment)
        wrong = update(visitor, token, url=url, timestamp=moment + 1, signature=signature)
    assert wrong["errorcode"] == "signaturewrong"


def test_assertion_114_an_unsigned_update_is_accepted_as_unverified(visitor: FlaskClient, token: str) -> None:
    assert update(visitor, token, name="Unsigned") is True
    assert only_site().signed_at is None


def test_assertion_115_a_wrong_signature_is_explained_and_costs_no_registration(
    visitor: FlaskClient, token: str
) -> None:
    with clock.fixed(NOW):
        answer = update(visitor, token, name="Forged", **sign(SITE_URL, NOW, "another secret"))
    assert (answer["exception"], answer["errorcode"]) == ("moodle_exception", "signaturewrong")
    assert "signature" in answer["message"]
    assert only_site().name == "A site"
    assert update(visitor, token, name="Still here") is True


@pytest.mark.parametrize(
    ("age", "accepted"),
    [
        (timedelta(hours=5), True),
        (timedelta(days=6, hours=23), True),
        (timedelta(days=7, minutes=1), False),
        (timedelta(hours=-2), True),
        (timedelta(days=-2), False),
    ],
)
def test_assertion_116_an_old_time_stamp_is_accepted_for_a_week(
    visitor: FlaskClient, token: str, age: timedelta, accepted: bool
) -> None:
    with clock.fixed(NOW):
        answer = update(visitor, token, **sign(SITE_URL, NOW - age))
    assert answer is True if accepted else answer["errorcode"] == "signatureoutdated"


def test_a_recorded_signed_update_cannot_be_sent_again(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(NOW):
        assert update(visitor, token, **sign(SITE_URL, NOW)) is True
        for moment in (NOW, NOW - timedelta(seconds=1)):
            assert update(visitor, token, name="Replayed", **sign(SITE_URL, moment))["errorcode"] == "signatureoutdated"
        assert update(visitor, token, **sign(SITE_URL, NOW + timedelta(seconds=1))) is True


@pytest.mark.parametrize(("timestamp", "signature"), [(0, "x"), (-1, "x"), (10**17, "x"), (1, "ü"), (1, "0" * 100_000)])
def test_no_signature_breaks_the_hub(visitor: FlaskClient, token: str, timestamp: int, signature: str) -> None:
    assert update(visitor, token, timestamp=timestamp, signature=signature)["errorcode"] == "signaturewrong"


def test_once_a_site_has_signed_unsigned_changes_of_url_and_contact_are_held(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(NOW):
        update(visitor, token, **sign(SITE_URL, NOW), contactemail="ada@example.org")
    stolen = {"url": SITE_URL + "/evil", "contactemail": "eve@example.org", "description": "New"}
    for _ in range(2):
        assert update(visitor, token, **stolen) is True
    site = only_site()
    assert (site.url, site.contact_email, site.description) == (SITE_URL, "ada@example.org", "New")
    held = [matter for matter in matters() if matter.kind is MatterKind.CHANGE_HELD]
    assert [matter.details for matter in held] == [{"url": SITE_URL + "/evil", "contact_email": "eve@example.org"}]
    with clock.fixed(NOW + timedelta(minutes=1)):
        update(visitor, token, **stolen | sign(stolen["url"], NOW + timedelta(minutes=1)))
    assert (only_site().url, only_site().contact_email) == (stolen["url"], "eve@example.org")


def test_assertion_036_privacy_and_visibility_words_are_read(visitor: FlaskClient, token: str) -> None:
    update(visitor, token, privacy="linked")
    assert only_site().privacy is SitePrivacy.LINKED
    update(visitor, token, privacy="everything")
    assert only_site().privacy is SitePrivacy.NOT_DISPLAYED


@pytest.mark.sqlite
def test_T35_sites_are_found_by_index_however_many_there_are(visitor: FlaskClient, token: str) -> None:
    statements: list[tuple[str, object]] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *event: statements.append((event[2], event[3])))
    register(visitor)
    update(visitor, token)
    looked_up = [(sql, values) for sql, values in statements if sql.startswith("SELECT") and "FROM site " in sql]
    assert looked_up
    with db.engine.connect() as connection:
        for sql, values in looked_up:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
            assert not any("SCAN site" in row[3] for row in plan), (sql, plan)


@pytest.mark.parametrize("parameters", ["", "<params/>", "<params><param><value><string/></value></param></params>"])
def test_an_update_that_tells_nothing_breaks_nothing(visitor: FlaskClient, token: str, parameters: str) -> None:
    answer = xmlrpc(visitor, token, "hub_update_site_info", parameters)
    assert b"<fault>" in answer or b"<boolean>1" in answer
    assert only_site().url == SITE_URL
