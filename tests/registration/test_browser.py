"""Registration by browser, as every version of Moodle does it (moodle-clients 7.1 to 7.3, 7.7, 7.8)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.sites import totals
from hub.sites.models import Site, SitePrivacy
from hub.tokens.models import Token
from tests.fakes import FakeProbe
from tests.registration.conftest import (
    REGISTRATION,
    SECRET,
    SITE_URL,
    Handed,
    call,
    change,
    count,
    forms,
    mails,
    only_site,
    query,
    register,
    submit,
    update,
)


def test_assertion_001_url_and_secret_alone_are_enough(visitor: FlaskClient) -> None:
    assert register(visitor, url="http://site.example", token="a secret").page.startswith("http://site.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://site.example",
        "https://Site.EXAMPLE:8443/Moodle",
        "HTTP://site.example/a/b",
        "http://site.example/moodle/",
        "http://192.0.2.7:81",
        f"https://{'long.' * 30}example/{'path/' * 10}x",
    ],
)
def test_assertion_002_008_T34_the_redirect_begins_with_the_url_as_the_site_spells_it(
    visitor: FlaskClient, url: str
) -> None:
    assert register(visitor, url=url).page == f"{url.rstrip('/')}/admin/registration/confirmregistration.php"
    assert only_site().url == url


@pytest.mark.parametrize(
    "secret", [SECRET, "a" * 32 + "Zlocalhost:8080", "x.y:z-" * 25, "a b&c=d+e%41ü", "0e12345", "<b>bold</b>"]
)
def test_assertion_003_T03_the_secret_comes_back_unchanged(visitor: FlaskClient, secret: str) -> None:
    assert register(visitor, token=secret).values["token"] == secret


def test_assertion_004_the_new_token_is_letters_and_digits(visitor: FlaskClient) -> None:
    assert re.fullmatch("[A-Za-z0-9]{20,255}", register(visitor).token)


@pytest.mark.parametrize(
    ("huburl", "host", "echoed"),
    [
        ("http://HUB.test", "hub.test", "http://HUB.test"),
        ("http://hub.test:80", "other", "http://hub.test:80"),
        ("https://old.hub.test", "hub.test", "https://old.hub.test"),
        ("http://evil.test", "hub.test", "http://hub.test"),
        (None, "hub.test", "http://hub.test"),
        (None, "second.test:81", "http://second.test:81/hub"),
        (None, "second.test", "http://second.test:81/hub"),
        (None, "evil.test", "http://hub.test"),
        ("not a url", "evil.test", "http://hub.test"),
    ],
)
def test_assertion_005_T30_the_hubs_address_is_echoed_as_the_site_knows_it(
    visitor: FlaskClient, hub: Flask, huburl: str | None, host: str, echoed: str
) -> None:
    aliases = ("https://old.hub.test", "http://second.test:81/hub")
    object.__setattr__(hub.config["HUB"], "url_aliases", aliases)
    response = visitor.get(query(huburl=huburl), headers={"Host": host})
    assert Handed.over(response).values["url"] == echoed


@pytest.mark.parametrize("name", ["Überhub & <b>Söhne</b>", "=?& #%", "n" * 300])
def test_assertion_006_T02_the_hubs_name_is_told_without_markup(visitor: FlaskClient, name: str) -> None:
    change(name=name)
    told = register(visitor).values["hubname"]
    assert told
    assert "<" not in told
    assert len(told) <= 255
    assert told[:3] == name[:3]


def test_assertion_007_the_token_works_before_the_browser_comes_back(visitor: FlaskClient) -> None:
    token = register(visitor).token
    assert call(visitor, token, "hub_site_is_registered", siteurl=SITE_URL, sitesecret=SECRET) is True


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://site.example",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "site.example",
        "http://user:pass@site.example",
        "http://site.example/?a=b",
        "http://site.example/#a",
        "http://a b/",
        'http://site.example/"onload="x',
        "http://site.example\\@evil.test",
        "http://[::1",
        "http://site.example:99999",
        "\x00http://x",
    ],
)
def test_assertion_009_what_is_no_url_of_a_site_is_refused_without_a_redirect(
    visitor: FlaskClient, probe: FakeProbe, url: str
) -> None:
    response = visitor.get(query(url=url))
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert "errorwrongdata" in response.text
    assert count(Site) == 0
    assert probe.asked == []


@pytest.mark.parametrize("token", [None, "", "   "])
def test_assertion_010_without_a_secret_nobody_registers(visitor: FlaskClient, token: str | None) -> None:
    response = visitor.get(query(token=token))
    assert response.status_code == 400
    assert "errorwrongdata" in response.text
    assert count(Site) == 0


def test_assertion_011_T32_registering_again_updates_the_site_and_gives_a_token(visitor: FlaskClient) -> None:
    first = register(visitor, name="Before")
    again = register(visitor, name="After")
    assert only_site().name == "After"
    assert count(Token) == 2
    assert call(visitor, again.token, "hub_site_is_registered", siteurl=SITE_URL, sitesecret=SECRET) is True
    assert first.token != again.token


def test_T33_a_lost_token_is_replaced_and_dies_when_the_new_one_is_used(visitor: FlaskClient) -> None:
    used, fresh = register(visitor).token, ""
    registered = {"siteurl": SITE_URL, "sitesecret": SECRET}
    assert call(visitor, used, "hub_site_is_registered", **registered) is True
    fresh = register(visitor).token
    assert call(visitor, used, "hub_site_is_registered", **registered) is True
    assert call(visitor, fresh, "hub_site_is_registered", **registered) is True
    assert call(visitor, used, "hub_site_is_registered", **registered)["errorcode"] == "invalidtoken"


def test_assertion_014_T01_the_hub_password_is_asked_and_carried_nowhere(visitor: FlaskClient) -> None:
    change(privacy="private", password="open sesame")
    for wrong in (None, "", "open", "0"):
        response = visitor.get(query(password=wrong))
        assert response.status_code == 403
        assert "wronghubpassword" in response.text
        assert "open sesame" not in response.text
    assert count(Site) == 0
    assert "sesame" not in register(visitor, password="open sesame").location
    assert all("sesame" not in mail.body for mail in mails())


def test_B17_passwords_are_compared_exactly(visitor: FlaskClient) -> None:
    change(privacy="private", password="0e1")
    assert visitor.get(query(password="0e2")).status_code == 403


def test_T01_the_password_passes_through_the_question_of_moved_or_copied(visitor: FlaskClient) -> None:
    change(privacy="private", password="open sesame")
    register(visitor, password="open sesame")
    asked = visitor.get(query(url="https://copy.example.org", password="open sesame"))
    copied, moved = forms(asked.text)
    assert submit(visitor, copied | {"password": ""}).status_code == 403
    location = Handed.over(submit(visitor, copied)).location
    assert "sesame" not in location
    assert moved["action"] == "moved"


def test_assertion_015_a_query_of_16000_bytes_is_accepted(visitor: FlaskClient) -> None:
    register(visitor, description="d" * 15_800)
    assert only_site().description == "d" * 15_800


def test_assertion_016_bare_keys_are_empty(visitor: FlaskClient) -> None:
    Handed.over(visitor.get(f"{REGISTRATION}?contactphone&imageurl&name&url=http%3A%2F%2Fsite.example&token=s"))
    assert only_site().contact_phone == ""
    assert only_site().name == ""


def test_assertion_017_unknown_parameters_are_ignored(visitor: FlaskClient) -> None:
    register(visitor, foo="1", submitbutton="Registrieren", roleassignments="1", imageurl="http://evil.test/x")


def test_assertion_018_B10_markup_is_neutralised(visitor: FlaskClient) -> None:
    register(visitor, name="<script>alert(1)</script>Name", description="<img src=x onerror=alert(1)>Text <b")
    page = visitor.get(query(url="https://copy.example.org", name='"><script>alert(2)</script>')).text
    assert only_site().name == "alert(1)Name"
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_assertion_019_a_double_click_breaks_no_token(visitor: FlaskClient) -> None:
    first, second = register(visitor).token, register(visitor).token
    registered = {"siteurl": SITE_URL, "sitesecret": SECRET}
    assert call(visitor, first, "hub_site_is_registered", **registered) is True
    assert count(Site) == 1
    assert call(visitor, second, "hub_site_is_registered", **registered) is True
    assert call(visitor, first, "hub_site_is_registered", **registered)["errorcode"] == "invalidtoken"


def test_assertion_020_ticks_of_2_0_to_2_4_are_no_figures(visitor: FlaskClient) -> None:
    register(visitor, courses="1", users="1", badges="1", moodleversion="2012062501.11")
    assert only_site().figures == {}


def test_assertion_020_figures_of_2_5_and_later_are_kept(visitor: FlaskClient) -> None:
    register(visitor, courses="1", users="12", moodleversion="2013051400.08", participantnumberaverage="12.5")
    assert only_site().figures == {"courses": 1, "users": 12, "participantnumberaverage": 12.5}


def test_assertion_021_the_address_of_2_4_is_taken_as_street(visitor: FlaskClient) -> None:
    register(visitor, address="Street 1")
    assert only_site().street == "Street 1"


@pytest.mark.parametrize("language", [None, ""])
def test_assertion_022_T25_Xlanguage_stands_in_for_language(visitor: FlaskClient, language: str | None) -> None:
    register(visitor, Xlanguage="fr", language=language)
    assert only_site().language == "fr"


def test_assertion_023_T26_the_version_survives_as_text(visitor: FlaskClient) -> None:
    register(visitor, moodleversion="2013051400.08")
    assert only_site().moodle_version == "2013051400.08"


@pytest.mark.parametrize("language", ["pt_br", "en_us", "xx", "de-kids"])
def test_B40_no_language_code_keeps_a_site_out(visitor: FlaskClient, language: str) -> None:
    register(visitor, language=language)
    assert only_site().language == language.replace("-", "_")


def test_assertion_035_a_site_of_2_0_registers_without_ever_needing_the_renew_page(visitor: FlaskClient) -> None:
    handed = register(visitor, moodlerelease="2.0 (Build: 20101124)", moodleversion="2010112400")
    assert "renewregistration" not in handed.location


def test_assertion_036_037_what_is_not_disclosed_is_no_figure(visitor: FlaskClient) -> None:
    register(visitor, users="-1", badges="3", issuedbadges="0", moodleversion="2014111005")
    assert only_site().figures == {"badges": 3, "issuedbadges": 0}


def test_assertion_102_a_truncated_redirect_leaves_the_rest_unknown(visitor: FlaskClient) -> None:
    register(visitor, countrycode="DE", name="A site", courses="5")
    register(visitor, name="A site")
    assert only_site().country_code == "DE"
    assert only_site().figures == {"courses": 5}


def test_assertion_112_a_registration_of_5_1_7_shows_the_url_until_the_name_arrives(visitor: FlaskClient) -> None:
    register(visitor, policyagreed="1", language="en", contactemail="a@example.org")
    assert only_site().title == SITE_URL


def test_B30_long_values_are_cut_and_refuse_nobody(visitor: FlaskClient) -> None:
    long = "x" * 5000
    register(
        visitor,
        name=long,
        contactname=long,
        contactphone=long,
        regioncode=long,
        countrycode=long,
        geolocation=long,
        moodlerelease=long,
        moodleversion=long,
        language=long,
        privacy=long,
        organisationtype=long,
        contactemail=f"{long}@example.org",
        street=long,
    )
    site = only_site()
    assert (len(site.name), site.country_code, site.privacy) == (255, "", SitePrivacy.NOT_DISPLAYED)


def test_B41_the_first_registration_notes_the_address(visitor: FlaskClient) -> None:
    visitor.get(query(), environ_base={"REMOTE_ADDR": "2001:db8::1"})
    assert only_site().address == "2001:db8::1"


def test_B04_a_new_site_is_visible_but_not_trusted(visitor: FlaskClient) -> None:
    register(visitor)
    site = only_site()
    assert (site.visible, site.trusted, site.prioritised) == (True, False, False)
    assert totals.read().site_count == 1


def test_B19_a_closed_hub_answers_503_with_its_key(visitor: FlaskClient, probe: FakeProbe) -> None:
    change(hubenabled="0")
    response = visitor.get(query())
    assert response.status_code == 503
    assert "hubnotenabled" in response.text
    assert probe.asked == []


def test_T24_an_unreachable_site_is_told_what_to_do(visitor: FlaskClient, hub: Flask) -> None:
    hub.extensions["hub_probe"] = FakeProbe(unreachable={"https://gone.example.org"})
    response = visitor.get(query(url="https://gone.example.org"))
    assert response.status_code == 400
    assert "cannotregisternotavailablesite" in response.text
    assert "https://gone.example.org" in response.text
    assert "Location" not in response.headers
    assert count(Site) == 0


@pytest.mark.parametrize(("port", "key"), [(8080, "cannotregisterbadport"), (443, "cannotregisternotavailablesite")])
def test_T23_an_unusual_port_is_named_as_a_cause(visitor: FlaskClient, hub: Flask, port: int, key: str) -> None:
    url = f"https://gone.example.org:{port}"
    hub.extensions["hub_probe"] = FakeProbe(unreachable={url})
    assert key in visitor.get(query(url=url)).text


def test_a_site_is_asked_for_15_seconds_at_most_and_outside_any_transaction(visitor: FlaskClient, hub: Flask) -> None:
    open_meanwhile = []
    probe = FakeProbe(meanwhile=lambda: open_meanwhile.append(db.session().in_transaction()))
    hub.extensions["hub_probe"] = probe
    register(visitor)
    assert probe.asked == [(SITE_URL, 15.0)]
    assert open_meanwhile == [False]


def test_B02_neither_password_nor_block_is_worth_a_probe(visitor: FlaskClient, probe: FakeProbe) -> None:
    change(privacy="private", password="open sesame")
    visitor.get(query())
    assert probe.asked == []


def test_looking_at_the_address_registers_nothing(visitor: FlaskClient) -> None:
    assert visitor.head(query()).status_code == 200
    assert count(Site) == 0


def test_nothing_of_a_registration_is_cached(visitor: FlaskClient) -> None:
    assert visitor.get(query()).headers["Cache-Control"] == "no-store"


def test_T04_the_secret_is_stored_nowhere_in_clear(visitor: FlaskClient) -> None:
    register(visitor, contactemail="a@example.org")
    site = only_site()
    stored = [str(getattr(site, column.key)) for column in Site.__table__.columns]
    stored += [mail.body for mail in mails()]
    assert not any(SECRET in text for text in stored)


def test_a_first_registration_tells_moderators_and_contact(visitor: FlaskClient) -> None:
    register(visitor, name="New site", contactemail="ada@example.org", contactname="Ada")
    assert [(mail.name, mail.recipient) for mail in mails()] == [
        ("site-registered", "moderator@hub.test"),
        ("site-welcome", "ada@example.org"),
    ]
    told = mails("site-registered")[0].body
    assert all(
        part in told for part in ("New site", SITE_URL, "Ada", "ada@example.org", "http://hub.test/admin/sites/")
    )


def test_somebody_whom_many_sites_name_as_contact_is_not_flooded(visitor: FlaskClient) -> None:
    for number in range(15):
        register(
            visitor, url=f"https://a.example/{number}", token=f"secret {number}", contactemail="victim@example.org"
        )
    assert len(mails("site-welcome", to="victim@example.org")) == 10


def test_B01_the_refused_leave_no_trace_and_no_mail(visitor: FlaskClient, hub: Flask) -> None:
    hub.extensions["hub_probe"] = FakeProbe(unreachable={SITE_URL})
    visitor.get(query(contactemail="ada@example.org"))
    assert (count(Site), count(Token), count(OutgoingMail)) == (0, 0, 0)


def test_the_first_post_from_outside_needs_no_form_token(visitor: FlaskClient) -> None:
    response = visitor.post(REGISTRATION, data={"url": SITE_URL, "token": SECRET, "name": "By post"})
    assert Handed.over(response).values["token"] == SECRET


def test_B03_no_picture_that_a_site_names_is_ever_fetched(visitor: FlaskClient, probe: FakeProbe) -> None:
    token = register(visitor, imageurl="http://127.0.0.1/logo.png").token
    assert update(visitor, token, imageurl="http://127.0.0.1/logo.png") is True
    assert [url for url, _seconds in probe.asked] == [SITE_URL]


def test_assertion_103_the_update_from_inside_the_confirmation_waits_for_nobody(
    hub: Flask, visitor: FlaskClient, probe: FakeProbe
) -> None:
    token = register(visitor, name="Cut off").token
    assert update(hub.test_client(), token, name="Complete", pluginusage='{"mod":{}}') is True
    assert only_site().name == "Complete"
    assert len(probe.asked) == 1


@pytest.fixture
def refusals(visitor: FlaskClient, hub: Flask) -> dict[str, TestResponse]:
    """A page for each way of being refused, by the error's key."""
    register(visitor, contactemail="ada@example.org")
    pages = {
        "errorwrongdata": visitor.get(query(url="no url")),
        "freshmoodleregistrationerror": visitor.get(query(token="fresh")),
        "freshmoodleregistrationerror2": visitor.get(query(token="fresh")),
        "freshtokenerror": visitor.get(f"{REGISTRATION}?freshmoodletoken=wrong&id=1"),
    }
    hub.extensions["hub_probe"] = FakeProbe(unreachable={"http://gone.example", "http://gone.example:81"})
    pages["cannotregisternotavailablesite"] = visitor.get(query(url="http://gone.example"))
    pages["cannotregisterbadport"] = visitor.get(query(url="http://gone.example:81"))
    change(privacy="private", password="open sesame")
    pages["wronghubpassword"] = visitor.get(query())
    change(hubenabled="0")
    pages["hubnotenabled"] = visitor.get(query())
    return pages


def test_B42_every_refusal_names_its_key_and_says_in_words_what_to_do(refusals: dict[str, TestResponse]) -> None:
    for key, response in refusals.items():
        words = re.search(r'<p class="lead">(.*?)</p>', response.text, re.DOTALL)
        assert words, key
        assert len(words[1].split()) > 12, key
        assert f"<code>{key}</code>" in response.text


def test_B48_every_refusal_has_the_status_that_it_means(refusals: dict[str, TestResponse]) -> None:
    assert {key: response.status_code for key, response in refusals.items()} == {
        "errorwrongdata": 400,
        "freshmoodleregistrationerror": 409,
        "freshmoodleregistrationerror2": 409,
        "freshtokenerror": 403,
        "cannotregisternotavailablesite": 400,
        "cannotregisterbadport": 400,
        "wronghubpassword": 403,
        "hubnotenabled": 503,
    }


def test_B25_no_refusal_leads_to_an_address_that_was_submitted(refusals: dict[str, TestResponse]) -> None:
    for response in refusals.values():
        assert "Location" not in response.headers
        links = re.findall(r'(?:href|action|src)="(https?://[^"]*)"', response.text)
        assert all(link.startswith("http://hub.test") for link in links)


def test_B08_secrets_stand_in_no_mail_and_go_to_no_third_party(visitor: FlaskClient) -> None:
    token = register(visitor, contactemail="ada@example.org").token
    visitor.get(query(token="a fresh secret"))
    page = visitor.get(query(url="https://copy.example.org"))
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert f'href="{SECRET}' not in page.text
    for mail in mails():
        assert not any(secret in mail.body for secret in (SECRET, "a fresh secret", token))
