"""The way through the doctor by keyboard alone, in a small window and a large one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from hub import clock
from tests.doctor.faulty import PAGE
from tests.doctor.test_pages import Site
from tests.outgoing.proxies import PUBLIC, internet
from tests.outgoing.servers import answer, says
from tests.support.browser import Complaints
from tests.support.server import Server

pytestmark = pytest.mark.browser

URL = f"http://{PUBLIC}"


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def hub(database: None, stopped_server: Server, site: Site) -> Iterator[Server]:
    """A hub that goes out through a proxy, behind which a public site lies."""
    with internet(site) as world:
        stopped_server.variables["HUB_OUTGOING_PROXY"] = f"http://127.0.0.1:{world.proxy.port}"
        stopped_server.start().open_for_everybody()
        yield stopped_server
        stopped_server.stop()


@contextmanager
def window(chromium: Browser, width: int, **options: bool) -> Iterator[Page]:
    """A window of this width; whatever its console complains of fails the test, but the refusal that is played."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
    complaints = Complaints(expected=("status of 400",))
    complaints.watch(context)
    yield context.new_page()
    context.close()
    assert complaints.unexpected == []


def require_fine(page: Page) -> None:
    """Nothing that axe finds, and nothing wider than the window."""
    findings = Axe().run(page)
    assert findings.violations_count == 0, findings.generate_report()
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def press(page: Page, name: str) -> None:
    """Reach the link or button of this name with the tab key, and press it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


def test_from_a_failed_registration_to_the_cause_its_cure_and_after_mending_to_all_is_well(
    chromium: Browser, hub: Server, site: Site
) -> None:
    for width in (390, 1280):
        with window(chromium, width) as page:
            site.speak = says(answer(500))
            page.goto(f"{hub.url}/local/hub/siteregistration.php?{urlencode({'url': URL, 'token': 'a secret'})}")
            require_fine(page)
            press(page, "To the connection doctor")
            see_the_cause(page)
            site.speak = says(answer(200, PAGE, date=format_datetime(clock.now(), usegmt=True)))
            press(page, "Examine again")
            expect(page.get_by_role("heading", name="The hub reaches this site. All is well.")).to_be_visible()
            require_fine(page)
    with window(chromium, 390, java_script_enabled=False) as page:
        site.speak = says(answer(404))
        page.goto(f"{hub.url}/doctor")
        page.get_by_label("Address of the site").fill(f"{URL}/moodle")
        page.keyboard.press("Enter")
        expect(page.get_by_text("there is nothing at this address (status 404)").first).to_be_visible()


def see_the_cause(page: Page) -> None:
    """What the registration saw, then the examination, then the text for somebody else."""
    expect(page.get_by_label("Address of the site")).to_have_value(URL)
    expect(page.get_by_text("When the site wanted to register")).to_be_visible()
    require_fine(page)
    press(page, "Examine")
    expect(page.get_by_role("heading", name="The hub does not reach this site as it should.")).to_be_visible()
    expect(page.get_by_text("the site breaks (status 500)").first).to_be_visible()
    expect(page.get_by_text("What to do: See the web server's and PHP's error log.").first).to_be_visible()
    press(page, "For whoever looks after the server")
    expect(page.locator("#letter")).to_contain_text("status 500")
    require_fine(page)
