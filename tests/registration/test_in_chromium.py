"""The hand-over pages in a real browser: only there is decided where a page's forms may lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from tests.support.browser import Complaints
from tests.support.looking import assert_well_made, press, sign_in
from tests.support.moodle import MoodleSite
from tests.support.pages import PASSWORD
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


def prove_by_file(window: Page, hub: Server, moodle: MoodleSite) -> None:
    """A fresh installation on a taken address, whose contact reads no mail any more."""
    arrive(window, hub, moodle, "a fresh secret", name="Fresh Moodle")
    assert_well_made(window)
    press(window.get_by_role("link", name="Prove that the address is yours"))
    look = window.get_by_role("button", name="It is in place: look now")
    expect(look).to_be_visible()
    assert_well_made(window)
    press(look)
    expect(window.get_by_role("alert")).to_contain_text("found it in none of the places")
    assert_well_made(window)
    file_url, line = (window.locator("main pre").nth(number).inner_text() for number in (0, 1))
    moodle.pages[urlsplit(file_url).path] = line.encode()
    press(look)
    window.wait_for_url(f"{moodle.url}/admin/registration/confirmregistration.php?*")
    assert moodle.confirmations[-1].query["token"] == "a fresh secret"


def disown_a_move(window: Page, hub: Server, copy: MoodleSite, mail_server: MailServer) -> None:
    arrive(window, hub, copy, "a fresh secret")
    expect(window.get_by_role("heading", name="It looks like a copy")).to_be_visible()
    assert_well_made(window)
    press(window.get_by_role("button", name="Move the registered site here"))
    expect(window.get_by_role("link", name="Prove it at the old address")).to_be_visible()
    assert_well_made(window)
    window.goto(mailed(mail_server, "moved?"))
    assert_well_made(window)
    press(window.get_by_role("button", name="This was not me"))
    expect(window.get_by_role("heading", name="Thank you")).to_be_visible()
    assert_well_made(window)
    arrive(window, hub, copy, "a fresh secret")
    press(window.get_by_role("button", name="Move the registered site here"))
    expect(window.get_by_text("attemptblocked")).to_be_visible()
    assert_well_made(window)


def decide_in_the_room(window: Page, hub: Server, moodle: MoodleSite) -> None:
    arrive(window, hub, moodle, "yet another secret", name="Yet another Moodle")
    expect(window.get_by_text("freshmoodleregistrationerror")).to_be_visible()
    sign_in(window, hub)
    window.goto(f"{hub.url}/admin/sites/matters")
    assert_well_made(window)
    press(window.get_by_role("link", name="Yet another Moodle"))
    expect(window.get_by_role("heading", name="Side by side")).to_be_visible()
    press(window.get_by_role("button", name="Ask now"))
    expect(window.get_by_text("answers", exact=True)).to_be_visible()
    assert_well_made(window)
    window.get_by_label("Reason").fill("They telephoned.")
    press(window.get_by_role("button", name="Let it take the place"))
    expect(window.get_by_text("This will happen")).to_be_visible()
    assert_well_made(window)
    press(window.get_by_role("button", name="Let it take the place"))
    expect(window.get_by_text("Let in: 1.")).to_be_visible()
    assert_well_made(window)
    arrive(window, hub, moodle, "yet another secret")
    window.wait_for_url(f"{moodle.url}/admin/registration/confirmregistration.php?*")


def test_proof_this_was_not_me_and_the_room_of_confirmations_without_a_mouse(
    app: Flask, window: Page, hub: Server, moodle: MoodleSite, copy: MoodleSite, mail_server: MailServer
) -> None:
    window.complaints.expected = ("409", "422", "403")  # type: ignore[attr-defined]  # the fixture puts it there
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)
    arrive(window, hub, moodle)
    window.wait_for_url(f"{moodle.url}/admin/registration/confirmregistration.php?*")
    prove_by_file(window, hub, moodle)
    disown_a_move(window, hub, copy, mail_server)
    decide_in_the_room(window, hub, moodle)
