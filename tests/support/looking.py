"""What every page in a real browser has to show, and how somebody without a mouse gets along."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.support.pages import PASSWORD
from tests.support.server import Server

WINDOWS = [(390, "dark"), (1280, "light")]  # a phone's and a desk's


def sign_in(page: Page, server: Server, username: str = "ada") -> None:
    """Sign in through the form, by keyboard."""
    page.goto(f"{server.url}/login")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


def press(target: Locator) -> None:
    """What the Enter key does on this link or button: reached by the Tab key or not at all."""
    assert target.evaluate("each => each.tabIndex >= 0 && !each.disabled"), "the keyboard does not get there"
    target.focus()
    target.press("Enter")


def tick(box: Locator) -> None:
    """What the space bar does on this box."""
    box.focus()
    box.press("Space")


def assert_well_made(page: Page) -> None:
    """Nothing for axe to find, and nothing wider than the window."""
    findings = Axe().run(page)
    assert findings.violations_count == 0, f"{page.viewport_size} {page.url}: {findings.generate_report()}"
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url}: {width}"
    assert page.evaluate("window.struck") is None
