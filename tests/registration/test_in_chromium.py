"""The hand-over pages in a real browser: only there is decided where a page's forms may lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.browser import Complaints
from tests.support.moodle import MoodleSite
from tests.support.server import Server
from tests.support.smtp import MailServer

pytestmark = pytest.mark.browser

SECRET = "Zx3fK9qLw8mRt2vBn7yHc5jDp4sGa6eU127.0.0.1"


@pytest.fixture
def hub(server: Server) -> Server:
    server.open_for_everybody()
    return server


@pytest.fixture
def copy() -> Iterator[MoodleSite]:
    """The same site on another host."""
    site = MoodleSite("127.0.0.2", path="/moodle")
    yield site
    site.stop()


def arrive(page: Page, hub: Server, site: MoodleSite, secret: str = SECRET, **values: str) -> None:
    given = {"url": site.url, "token": secret, "name": "A site", "contactemail": "ada@example.org"} | values
    page.goto(f"{hub.url}/local/hub/siteregistration.php?{urlencode(given)}")


def no_violations(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def mailed(mail_server: MailServer, words: str) -> str:
    """The hub's link in the mail whose subject has these words."""
    mails = mail_server.wait_for(lambda mails: any(words in mail["Subject"] for mail in mails))
    body = next(mail.get_content() for mail in mails if words in mail["Subject"])
    found = re.search(r"http://127\.0\.0\.1:\d+/(?:local|registration)/\S+", body)
    assert found, body
    return found[0]


def test_copied_leads_to_the_sites_page_for_a_new_secret(
    page: Page, hub: Server, moodle: MoodleSite, copy: MoodleSite
) -> None:
    arrive(page, hub, moodle)
    page.wait_for_url(f"{moodle.url}/admin/registration/confirmregistration.php?*")
    arrive(page, hub, copy)
    no_violations(page)
    page.get_by_role("button", name="Register as a new site").click()
    page.wait_for_url(f"{copy.url}/admin/registration/renewregistration.php?*")
    assert [hit.query["token"] for hit in copy.renewals] == [SECRET]


def test_the_contact_lets_a_fresh_site_take_the_url(
    page: Page, hub: Server, moodle: MoodleSite, mail_server: MailServer, complaints: Complaints
) -> None:
    complaints.expected = ("409",)
    arrive(page, hub, moodle)
    arrive(page, hub, moodle, "a fresh secret")
    no_violations(page)
    page.goto(mailed(mail_server, "asks for the place"))
    no_violations(page)
    page.get_by_role("button", name="This site is mine").click()
    page.wait_for_url(f"{moodle.url}/admin/registration/confirmregistration.php?*")
    assert moodle.confirmations[-1].query["token"] == "a fresh secret"


def test_a_move_is_confirmed_by_the_mailed_link(
    page: Page, hub: Server, moodle: MoodleSite, copy: MoodleSite, mail_server: MailServer
) -> None:
    arrive(page, hub, moodle)
    arrive(page, hub, copy)
    page.get_by_role("button", name="Move the registered site here").click()
    page.get_by_role("heading", name="The move waits").wait_for()
    no_violations(page)
    page.goto(mailed(mail_server, "has A site moved?"))
    no_violations(page)
    page.get_by_role("button", name="Yes: it has moved").click()
    page.wait_for_url(f"{copy.url}/admin/registration/confirmregistration.php?*")
    assert [site["url"] for site in hub.json("sites", "list")] == [copy.url]


def test_a_blocked_secret_leads_to_the_site_by_post(
    page: Page, hub: Server, moodle: MoodleSite, complaints: Complaints
) -> None:
    complaints.expected = ("403",)
    arrive(page, hub, moodle)
    hub.command("secrets", "block", moodle.url, "--reason", "stolen")
    arrive(page, hub, moodle)
    no_violations(page)
    page.get_by_role("button", name="Get a new secret").click()
    page.wait_for_url(f"{moodle.url}/admin/registration/renewregistration.php")
    assert [hit.method for hit in moodle.renewals] == ["POST"]
    assert SECRET.encode() in moodle.renewals[0].body


def test_the_contact_sees_the_state_and_disowns(
    page: Page, hub: Server, moodle: MoodleSite, mail_server: MailServer
) -> None:
    arrive(page, hub, moodle)
    page.goto(mailed(mail_server, "your Moodle site is registered"))
    no_violations(page)
    page.get_by_role("button", name="This was not me").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    no_violations(page)
