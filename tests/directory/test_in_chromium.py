"""The room in a real browser, by keyboard: to the directory and back, an update, and out again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from tests.directory.conftest import READY
from tests.directory.played import PlayedDirectory
from tests.support.browser import Complaints
from tests.support.pages import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser
WINDOWS = [(390, "dark"), (1280, "light")]


@pytest.fixture(params=WINDOWS, ids=lambda window: f"{window[0]} {window[1]}")
def window(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of this width, in these colours."""
    width, scheme = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(20_000)
    complaints = Complaints(expected=("favicon",))
    complaints.watch(context)
    yield context.new_page()
    context.close()
    assert complaints.unexpected == []


@pytest.fixture
def registrable(app: Flask, server: Server, directory: PlayedDirectory) -> Server:
    """A hub in service that lacks nothing."""
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
        for name, text in (READY | {"directoryurl": directory.url}).items():
            declared.change(name, text)
    return server


def press(page: Page, role: str, name: str) -> None:
    """Reach the button or link without a mouse."""
    found = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]  # one of two roles
    found.focus()
    page.keyboard.press("Enter")


def assert_well_made(page: Page) -> None:
    findings = Axe().run(page)
    assert findings.violations_count == 0, f"{page.viewport_size} {page.url}: {findings.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_an_administrator_takes_the_hub_to_the_directory_and_out_again_by_keyboard(
    window: Page, registrable: Server, directory: PlayedDirectory
) -> None:
    window.goto(f"{registrable.url}/login?next=/admin/directory")
    window.get_by_label("User name").fill("ada")
    window.get_by_label("Password").fill(PASSWORD)
    window.keyboard.press("Enter")
    expect(window.get_by_text("not registered", exact=True)).to_be_visible()
    assert_well_made(window)

    press(window, "button", "Register this hub")
    expect(window.get_by_role("heading", name="Directory", exact=True)).to_be_visible()
    assert dict(directory.visits[0])["contactname"] == READY["contactname"]
    press(window, "link", "Take the hub in")
    expect(window.get_by_role("heading", name="Confirm the registration", level=1)).to_be_visible()
    assert_well_made(window)
    press(window, "button", "Confirm the registration")
    expect(window.get_by_role("status")).to_contain_text("is registered with the directory")

    directory.known = False
    press(window, "button", "Update now")
    expect(window.get_by_role("status")).to_contain_text("no longer knows this hub")
    expect(window.get_by_text("The last call did not work.")).to_be_visible()
    assert_well_made(window)
    directory.known = True

    press(window, "link", "Unregister …")
    expect(window.get_by_role("heading", name="Clean up here only")).to_be_visible()
    assert_well_made(window)
    press(window, "button", "Unregister this hub")
    expect(window.get_by_role("status")).to_contain_text("has left the directory")
    expect(window.get_by_role("heading", name="Earlier registrations")).to_be_visible()
    assert_well_made(window)
    assert re.search(r"newtoken=\*\*\*&url=[^&]*&token=\*\*\*", registrable.log)
    assert "directorytoken" not in registrable.log
