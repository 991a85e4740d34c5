"""A private hub, and one that is closed: they explain themselves and name nobody."""

from __future__ import annotations

import pytest

from hub.courses import addresses
from hub.sites import addresses as site_addresses
from tests.factories import make_course, make_site
from tests.pages.conftest import change
from tests.support.pages import Visitor

PUBLIC_ADDRESSES = ["/", "/?search=algebra", "/sites", "/sites?country=DE", "/stats"]


@pytest.mark.parametrize("path", PUBLIC_ADDRESSES)
@pytest.mark.parametrize("settings", [{"privacy": "private"}, {"hubenabled": "0"}], ids=["private", "closed"])
def test_pages_explain_and_name_nobody(guest: Visitor, path: str, settings: dict[str, str]) -> None:
    make_course(make_site(name="School of Algebra"), fullname="Algebra")
    change(**settings)
    answer = guest.get(path)
    assert "Algebra" not in answer.words
    assert answer.page.xpath("//article") == []
    assert answer.page.xpath("//form[@role='search']") == []
    assert answer.page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert "/login?next=" in answer.text


def test_pages_of_courses_and_sites_say_the_same_whether_there_is_one_or_not(guest: Visitor) -> None:
    site = make_site()
    course = make_course(site)
    change(privacy="private")
    assert "Sign in first" in guest.get(addresses.page(course), 403).words
    assert guest.get("/courses/99999/x", 403).words == guest.get(addresses.page(course), 403).words
    assert guest.get("/sites/99999", 403).words == guest.get(site_addresses.page(site), 403).words


def test_people_with_an_account_see_a_private_hub(moderator: Visitor) -> None:
    course = make_course(fullname="Algebra")
    change(privacy="private")
    assert "Algebra" in moderator.get("/?search=algebra").words
    assert "Algebra" in moderator.get(addresses.page(course)).words


def test_moderators_see_a_closed_hub(moderator: Visitor) -> None:
    make_course(fullname="Algebra")
    change(hubenabled="0")
    assert "Algebra" in moderator.get("/?search=algebra").words


def test_what_the_hub_is_and_how_to_connect_is_told_by_a_private_hub_too(guest: Visitor) -> None:
    change(privacy="private", password="sesame")
    for path in ("/about", "/privacy", "/connect"):
        guest.get(path)
    words = guest.get("/connect").words
    assert "asks for a password" in words
    assert "sesame" not in words


def test_search_engines_are_sent_away_from_a_private_hub_only(guest: Visitor) -> None:
    assert "Disallow: /admin/" in guest.send("GET", "/robots.txt").text
    change(privacy="private")
    assert guest.send("GET", "/robots.txt").text.split() == ["User-agent:", "*", "Disallow:", "/"]


def test_a_hub_without_an_administrator_shows_the_way_to_its_setup(app, client) -> None:
    text = client.get("/").get_data(as_text=True)
    assert 'href="/setup"' in text
