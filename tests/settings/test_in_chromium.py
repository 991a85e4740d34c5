"""The settings and the challenge in a real browser: by keyboard, narrow and wide, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from hub.sites.models import Site
from tests.support.browser import Complaints
from tests.support.moodle import MoodleSite
from tests.support.pages import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser
WINDOWS = [(390, "dark"), (1280, "light")]
REGISTRATION = "/local/hub/siteregistration.php"


@pytest.fixture
def hub(app: Flask, server: Server) -> Server:
    """A hub that runs, is open, and asks sites for a challenge."""
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
        for name, text in {"hubenabled": "1", "privacy": "search", "challengeregistration": "1"}.items():
            declared.change(name, text)
    return server


@pytest.fixture(params=WINDOWS, ids=lambda window: f"{window[0]} {window[1]}")
def window(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of this width, in these colours."""
    width, scheme = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints = Complaints(expected=("400", "404", "503"))
    complaints.watch(context)
    yield context.new_page()
    context.close()
    assert complaints.unexpected == []


def assert_well_made(page: Page) -> None:
    findings = Axe().run(page)
    assert findings.violations_count == 0, f"{page.viewport_size} {page.url}: {findings.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


def press(page: Page, name: str) -> None:
    """Press a button with the keyboard."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def change(**settings: str) -> None:
    with transaction(db.session):
        for name, text in settings.items():
            declared.change(name, text)


def test_an_administrator_changes_settings_and_texts_and_ends_an_emergency_by_keyboard(
    window: Page, hub: Server
) -> None:
    window.goto(hub.url + "/login")
    window.get_by_label("User name").fill("ada")
    window.get_by_label("Password").fill(PASSWORD)
    window.keyboard.press("Enter")
    window.wait_for_url("**/admin/")
    window.goto(hub.url + "/admin/settings")
    assert_well_made(window)
    name = window.get_by_label("Name", exact=True)
    name.fill("Hub of the north")
    name.press("Enter")  # saves, and goes back to no default
    expect(window.get_by_role("status")).to_have_text("Saved: Name.")
    expect(window.get_by_role("checkbox", name="Hub is open")).to_be_checked()
    press(window, "Back to the default: Name")
    expect(window.get_by_role("status")).to_have_text("Saved: Name.")
    expect(window.get_by_label("Name", exact=True)).to_have_value("Moodle course hub")
    window.get_by_role("link", name="Imprint").click()
    window.get_by_label("Text").fill("## Who we are\n- **Ada**")
    press(window, "Only show how it looks")
    expect(window.get_by_role("heading", name="Who we are")).to_be_visible()
    assert_well_made(window)
    press(window, "Save the text")
    expect(window.get_by_role("status")).to_have_text("Saved: Imprint.")
    window.get_by_role("contentinfo").get_by_role("link", name="Imprint").click()
    expect(window.get_by_role("heading", name="Who we are")).to_be_visible()
    assert_well_made(window)
    _read_only_and_back(window, hub)
    window.goto(hub.url + "/nowhere")
    assert_well_made(window)


def _read_only_and_back(window: Page, hub: Server) -> None:
    window.goto(hub.url + "/admin/settings")
    window.get_by_role("checkbox", name="Read-only").press("Space")
    press(window, "Save the settings")
    expect(window.get_by_role("note")).to_contain_text("read-only at the moment")
    assert_well_made(window)
    window.goto(f"{hub.url}{REGISTRATION}?{urlencode({'url': 'https://a.example.org', 'token': 'x' * 30})}")
    expect(window.get_by_role("heading", name="Not at the moment")).to_be_visible()
    assert_well_made(window)
    window.goto(hub.url + "/admin/settings")
    window.get_by_role("checkbox", name="Read-only").press("Space")
    press(window, "Save the settings")
    expect(window.get_by_role("note")).to_have_count(0)


def arrival(hub: Server, site: MoodleSite, **more: str) -> str:
    given = {"url": site.url, "token": f"a secret of {site.url}", "name": "Ünï <b>", "description": "one\ntwo"} | more
    return f"{hub.url}{REGISTRATION}?{urlencode(given)}"


def test_the_browser_solves_the_challenge_and_goes_on_to_the_site_with_every_field(
    window: Page, hub: Server, moodle: MoodleSite
) -> None:
    window.goto(arrival(hub, moodle, challenge_solution="garbage"))  # a page that does not go on by itself
    expect(window.get_by_role("alert")).to_contain_text("did not come out right")
    expect(window.get_by_role("status")).to_have_text("The check against robots is done.")
    expect(window.get_by_label("I have waited")).to_be_hidden()
    assert_well_made(window)
    assert moodle.hits == []
    window.goto(arrival(hub, moodle))
    window.wait_for_url(f"{moodle.url}/admin/registration/confirmregistration.php?*")
    db.session.rollback()
    told = db.session.execute(sa.select(Site.url, Site.name, Site.description)).one()
    assert tuple(told) == (moodle.url, "Ünï", "one\ntwo")


def test_a_browser_without_workers_solves_it_too_and_a_form_sent_too_early_goes_by_itself(
    page: Page, hub: Server, moodle: MoodleSite
) -> None:
    page.add_init_script("delete window.Worker")
    change(challengedifficulty="1000000")
    page.goto(arrival(hub, moodle), wait_until="commit")
    page.get_by_role("button", name="Go on with the registration").press("Enter")
    page.wait_for_url(f"{moodle.url}/admin/registration/confirmregistration.php?*", timeout=60_000)
    assert len(moodle.confirmations) == 1


def test_without_scripts_a_visitor_reads_how_long_to_wait_and_loses_nothing(
    chromium: Browser, hub: Server, moodle: MoodleSite
) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(arrival(hub, moodle))
    expect(page.get_by_text("Wait 20 seconds after this page has opened")).to_be_visible()
    box = page.get_by_label("I have waited")
    box.press("Space")
    press(page, "Go on with the registration")
    expect(page.get_by_role("alert")).to_contain_text("seconds more, then send again")
    expect(page.locator("input[name=description]")).to_have_value("one\ntwo")
    context.close()
