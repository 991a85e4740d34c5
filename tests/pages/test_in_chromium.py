"""The visitors' pages in a real browser: nothing that axe finds, nothing cut off, nothing asked of other hosts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from hub.courses import addresses
from hub.courses.models import Kind
from hub.database import transaction
from hub.extensions import db
from hub.sites import addresses as site_addresses
from tests.factories import make_course, make_site
from tests.pages.conftest import change
from tests.support.browser import Complaints
from tests.support.server import Server

pytestmark = pytest.mark.browser
HOSTILE = "<script>window.struck = true</script><img src=x onerror='window.struck = true'>"
WINDOWS = [(320, "dark"), (1280, "light")]


@pytest.fixture
def paths(app: Flask, server: Server) -> list[str]:
    """Every kind of page of a hub in use."""
    change(hubenabled="1", privacy="search")
    with transaction(db.session):  # which takes the write lock first: the server's worker writes too
        site = make_site(name="Long" * 40, description="We teach.")
        courses = [make_course(site, fullname="Unbroken" * 30, description="x" * 900)]
        courses += [make_course(site, kind=kind, demo_url="https://demo.example/") for kind in list(Kind) * 6]
        courses += [make_course(make_site(name="مدرسة"), fullname="الجبر للجميع", language="ar", creator_notes=HOSTILE)]
    pages = [addresses.page(courses[0]), addresses.page(courses[1]), addresses.page(courses[-1])]
    return [*PUBLIC, *pages, site_addresses.page(site), "/courses/99999"]


PUBLIC = ["/", "/?search=", "/?search=course&language=en&page=1", "/?search=nowhere&subject=field102", "/sites"]
PUBLIC += ["/sites?country=DE", "/stats", "/about", "/privacy", "/connect", "/login"]


@pytest.fixture
def windows(chromium: Browser) -> Iterator[list[Page]]:
    """A narrow window in dark colours and a wide one in light ones."""
    contexts = [
        chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme) for width, scheme in WINDOWS
    ]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def test_axe_finds_nothing_and_nothing_is_cut_off_in_any_window(
    windows: list[Page], server: Server, paths: list[str]
) -> None:
    for page in windows:
        for path in paths:
            page.goto(server.url + path)
            findings = Axe().run(page)
            assert findings.violations_count == 0, f"{page.viewport_size} {path}: {findings.generate_report()}"
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= page.viewport_size["width"], f"{page.viewport_size} {path}: {width}"
            assert page.evaluate("window.struck") is None


def test_pages_ask_no_other_host(page: Page, server: Server, paths: list[str], complaints: Complaints) -> None:
    complaints.expected = ("404",)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in paths:
        page.goto(server.url + path)
    assert [url for url in asked if not url.startswith((server.url + "/", "data:"))] == []


def test_filters_open_over_the_results_on_a_phone_and_close_with_escape(
    page: Page, server: Server, paths: list[str]
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(server.url + "/?search=course")
    expect(page.get_by_label("Language")).to_be_hidden()
    page.get_by_role("button", name="Filter and order").click()
    page.get_by_label("Language").select_option("ar")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Language")).to_be_hidden()
    page.get_by_role("button", name="Filter and order").click()
    page.get_by_role("button", name="Show courses").click()
    page.wait_for_url(server.url + "/?search=course&language=ar&orderby=newest")


def test_the_chosen_colours_stay_chosen(page: Page, server: Server, paths: list[str]) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(server.url + "/about")
    page.get_by_role("button", name="Dark colours").click()
    page.goto(server.url + "/stats")
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


def test_a_visitor_gets_from_the_start_to_a_course_by_keyboard_alone(
    page: Page, server: Server, paths: list[str]
) -> None:
    page.goto(server.url + "/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("course")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?search=course*")
    page.locator("article a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/courses/**")
    expect(page.locator("h1")).to_have_count(1)


def test_searching_works_without_scripts(chromium: Browser, server: Server, paths: list[str]) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + "/")
    page.get_by_role("searchbox").fill("course")
    page.get_by_role("button", name="Search").click()
    page.get_by_label("Kind").select_option("1")
    page.get_by_role("button", name="Show courses").click()
    expect(page.locator("article")).to_have_count(6)
    expect(page.get_by_role("button", name="Dark colours")).to_have_count(0)
    context.close()
