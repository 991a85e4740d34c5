"""What holds for every page that visitors see."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from lxml import html

from hub.courses import addresses
from hub.courses.models import Kind
from hub.sites import addresses as site_addresses
from tests.factories import make_course, make_site
from tests.support.pages import Answer, Visitor

STATIC = Path(__file__).resolve().parents[2] / "hub" / "static"
LARGEST = 60_000  # bytes of a page with its stylesheet and scripts, pictures apart
PAGES = {
    "start": "/",
    "results": "/?search=",
    "filtered": "/?search=course&downloadable=0&language=en&subject=field101&audience=students",
    "nothing found": "/?search=nowhere&licence=public",
    "sites": "/sites",
    "sites of a country": "/sites?country=de",
    "statistics": "/stats",
    "about": "/about",
    "privacy": "/privacy",
    "connect": "/connect",
    "course": "",
    "site": "",
}


@pytest.fixture
def paths(open_hub: Flask) -> dict[str, str]:
    """Every kind of page, filled as far as pages are ever filled."""
    site = make_site(description="We teach.\n\nEverybody.")
    courses = [make_course(site, description="x " * 500, contributor_names="Eve, Mallory") for _ in range(12)]
    make_course(site, kind=Kind.DOWNLOADABLE, course_url="", outcomes=["Knows more"], coverage="one, two")
    return PAGES | {"course": addresses.page(courses[0]), "site": site_addresses.page(site)}


@pytest.fixture
def pages(guest: Visitor, paths: dict[str, str]) -> dict[str, Answer]:
    """The answers to all of them."""
    return {name: guest.get(path) for name, path in paths.items()}


def offending(pages: dict[str, Answer], path: str) -> dict[str, list[object]]:
    """What this path selects on each page that has any of it."""
    found = {name: answer.page.xpath(path) for name, answer in pages.items()}
    return {name: each for name, each in found.items() if each}


def test_a_page_has_its_landmarks_one_heading_and_a_title(pages: dict[str, Answer]) -> None:
    for name, answer in pages.items():
        page = answer.page
        assert all(page.xpath(f"//{landmark}") for landmark in ("header", "nav", "main", "footer")), name
        assert page.get("lang") == "en", name
        assert page.xpath("string(//title)").strip().endswith("· Hub of tests"), name
        assert page.xpath("//a[@class='skip']/@href") == ["#main"], name


def test_a_page_carries_no_script_or_style_of_its_own(pages: dict[str, Answer]) -> None:
    assert offending(pages, "//script[not(@src)] | //style | //@style | //@*[starts-with(name(), 'on')]") == {}
    assert [name for name, answer in pages.items() if "javascript:" in answer.text] == []


def test_b_39_a_page_asks_no_other_host_for_anything(pages: dict[str, Answer]) -> None:
    loading = "//@src | //link/@href | //*[local-name()='use']/@href | //form/@action | //@srcset"
    for name, answer in pages.items():
        assert [each for each in answer.page.xpath(loading) if not re.match(r"(/(?!/)|#)", each)] == [], name


def loaded(page: html.HtmlElement) -> list[Path]:
    """The stylesheets and scripts that a browser fetches with this page."""
    addresses_of_it = page.xpath("//link[@rel='stylesheet']/@href | //script/@src")
    return [STATIC / urlsplit(each).path.removeprefix("/static/") for each in addresses_of_it]


def test_a_page_is_small_with_all_that_it_loads(pages: dict[str, Answer]) -> None:
    sizes = {
        name: len(answer.text.encode()) + sum(each.stat().st_size for each in loaded(answer.page))
        for name, answer in pages.items()
    }
    assert {each.name for each in loaded(pages["start"].page)} == {"hub.css", "hub.js", "theme.js"}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}


def test_looking_around_leaves_no_cookie(pages: dict[str, Answer]) -> None:
    assert [name for name, answer in pages.items() if "Set-Cookie" in answer.headers] == []


def test_the_way_to_each_page_is_marked_where_one_is(pages: dict[str, Answer]) -> None:
    marked = offending(pages, "//nav[@class='nav']//a[@aria-current='page']")
    assert set(PAGES) - set(marked) == {"privacy"}
    assert {len(each) for each in marked.values()} == {1}


def test_the_stylesheet_fetches_nothing_from_elsewhere() -> None:
    addresses_in_it = re.findall(r"url\(([^)]*)\)|@import", (STATIC / "hub.css").read_text())
    assert addresses_in_it == ['"net.svg"']


def test_a_static_file_may_be_kept_for_ever_under_the_address_that_names_its_content(guest: Visitor) -> None:
    address = guest.get("/about").page.xpath("string(//link[@rel='stylesheet']/@href)")
    with guest.client.get(address) as kept, guest.client.get("/static/hub.css") as asked_again:
        assert kept.cache_control.immutable
        assert not asked_again.cache_control.immutable


def test_an_unknown_address_is_answered_by_a_page_that_leads_on(guest: Visitor) -> None:
    answer = guest.get("/nowhere", 404)
    assert answer.page.xpath("//main//a/@href") == ["/"]
    assert answer.page.xpath("string(//h1)") == "Not found"


def test_pages_know_the_prefix_that_the_hub_lies_under(guest: Visitor, paths: dict[str, str]) -> None:
    page = guest.send("GET", "/?search=", environ_overrides={"SCRIPT_NAME": "/prefix"}).page
    own = page.xpath("//link[@rel='stylesheet']/@href | //article//h2/a/@href | //form/@action | //nav//a/@href")
    assert [each for each in own if not each.startswith("/prefix/")] == []
