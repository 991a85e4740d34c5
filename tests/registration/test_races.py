"""Two registrations of one URL at the same instant: real threads, a real database (B-29)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.courses.models import Course
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration.models import Attempt
from hub.sites import moderation, totals
from hub.sites.models import Site
from hub.tokens.issuing import hashed
from hub.tokens.models import Token
from tests.factories import make_site, make_token
from tests.fakes import FakeProbe
from tests.registration.conftest import SECRET, SITE_URL, Handed, call, change, count, mails, query, register, update

AT_ONCE = 4


def arrive_together(hub: Flask, addresses: list[str]) -> list[TestResponse]:
    """All registrations have been probed before the first of them goes on."""
    hub.extensions["hub_probe"] = FakeProbe(meanwhile=Barrier(len(addresses)).wait)

    def arrive(address: str) -> TestResponse:
        return hub.test_client().get(address)

    with ThreadPoolExecutor(len(addresses)) as threads:
        return list(threads.map(arrive, addresses))


@pytest.mark.parametrize("round_number", range(5))
def test_B29_of_different_secrets_one_wins_and_the_others_are_told(hub: Flask, round_number: int) -> None:
    responses = arrive_together(
        hub, [query(token=f"secret {number}", contactemail=f"a{number}@example.org") for number in range(AT_ONCE)]
    )
    assert sorted(response.status_code for response in responses) == [303] + [409] * (AT_ONCE - 1)
    losers = [response.text for response in responses if response.status_code == 409]
    assert all("freshmoodleregistrationerror" in page for page in losers)
    assert sum("freshmoodleregistrationerror2" not in page for page in losers) == 1
    assert (count(Site), count(Token), count(Attempt)) == (1, 1, AT_ONCE - 1)
    assert len(mails("site-url-taken")) == 1
    assert totals.read().site_count == 1


@pytest.mark.parametrize("round_number", range(5))
def test_B29_of_the_same_secret_one_site_is_left_and_every_token_waits_for_its_first_call(
    hub: Flask, round_number: int
) -> None:
    tokens = [Handed.over(response).token for response in arrive_together(hub, [query()] * AT_ONCE)]
    assert (count(Site), len(set(tokens)), totals.read().site_count) == (1, AT_ONCE, 1)
    in_order = _eldest_first(tokens)
    visitor = hub.test_client()
    for position, token in enumerate(in_order):
        assert is_registered(visitor, token) is True
        for older in in_order[:position]:
            assert is_registered(visitor, older)["errorcode"] == "invalidtoken"  # type: ignore[index]  # an error object


def _eldest_first(tokens: list[str]) -> list[str]:
    order = dict(db.session.execute(sa.select(Token.hash, Token.id)).all())
    return sorted(tokens, key=lambda token: order[hashed(token)])


def is_registered(visitor: FlaskClient, token: str) -> object:
    return call(visitor, token, "hub_site_is_registered", siteurl=SITE_URL, sitesecret=SECRET)


def test_B29_two_secrets_of_two_sites_on_one_url_never_share_it(hub: Flask, visitor: FlaskClient) -> None:
    register(visitor, url="https://a.example.org", token="secret a", contactemail="a@example.org")
    responses = arrive_together(hub, [query(token="secret b"), query(token="secret c"), query(token="secret d")])
    live = db.session.scalars(sa.select(Site.url_key).where(Site.state == "LIVE")).all()
    assert len(set(live)) == len(live) == 2
    assert sum(response.status_code == 303 for response in responses) == 1


PUBLISHED = {
    "fullname": "A course",
    "shortname": "course",
    "description": "",
    "language": "en",
    "publishername": "Ada",
    "publisheremail": "ada@example.org",
    "contributornames": "",
    "coverage": "",
    "creatorname": "",
    "licenceshortname": "cc",
    "subject": "",
    "audience": "",
    "educationallevel": "",
    "creatornotes": "",
    "creatornotesformat": 1,
    "enrollable": 1,
    "courseurl": "https://example.org/course",
    "screenshots": 0,
    "deletescreenshots": 0,
}


def publish(visitor: FlaskClient, token: str, first: int) -> object:
    """Publish three courses in one call."""
    courses = {
        f"courses[{number}][{name}]": value
        for number in range(3)
        for name, value in (PUBLISHED | {"sitecourseid": first + number}).items()
    }
    return call(visitor, token, "hub_register_courses", **courses)


def test_B29_sites_that_register_update_and_publish_at_once_never_block_each_other(
    hub: Flask, probe: FakeProbe
) -> None:
    change(maxcoursesperday="")
    sites = [make_site() for _ in range(3)]
    for site in sites:
        moderation.trust(site, by=COMMAND, reason="for the test")
    db.session.commit()
    tokens = {site.url: make_token(site) for site in sites}

    def work(number: int) -> list[bool]:
        visitor, (url, token) = hub.test_client(), list(tokens.items())[number % 3]
        return [
            ok
            for step in range(4)
            for ok in (
                visitor.get(query(url=f"https://s{number}-{step}.example.org", token=f"{number} {step}")).status_code
                == 303,
                isinstance(publish(visitor, token, 100 * number + 10 * step), list),
                update(visitor, token, url=url, name=f"Name {number} {step}") is True,
            )
        ]

    with ThreadPoolExecutor(6) as threads:
        assert all(ok for done in threads.map(work, range(6)) for ok in done)
    db.session.rollback()
    listed = db.session.scalar(sa.select(sa.func.count()).select_from(Course).where(Course.listed))
    assert (totals.read().site_count, totals.read().enrollable_count) == (3 + 24, listed)
    assert listed == 6 * 4 * 3
