"""The public list of sites, and a site's page: what each site lets be said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub import clock
from hub.extensions import db
from hub.sites import addresses, totals
from hub.sites.models import Site, SitePrivacy, SiteState
from tests.factories import make_course, make_site
from tests.support.pages import Visitor, counted_statements


def leave(site: Site) -> None:
    site.state, site.left_at = SiteState.UNREGISTERED, clock.now()
    totals.adjust(sites=-1)
    db.session.commit()


def test_a_linked_site_is_a_link_a_named_one_a_name_and_the_others_only_a_number(guest: Visitor) -> None:
    linked = make_site(name="Linked school", privacy=SitePrivacy.LINKED)
    named = make_site(name="Named school", privacy=SitePrivacy.NAMED)
    secret = make_site(name="Secret school", privacy=SitePrivacy.NOT_DISPLAYED)
    answer = guest.get("/sites")
    links = answer.page.xpath("//main//a/@href")
    assert linked.url in links
    assert "Named school" in answer.words
    assert named.url not in answer.text
    assert "Secret school" not in answer.text
    assert secret.url not in answer.text
    assert "3 sites are registered with this hub." in answer.words


def test_t_70_b_45_sites_that_are_not_named_count_in_their_country_and_blank_countries_in_none(guest: Visitor) -> None:
    make_site(country_code="DE")
    make_site(country_code="DE", privacy=SitePrivacy.NOT_DISPLAYED)
    make_site(country_code="")
    answer = guest.get("/sites")
    assert "They come from one country." in answer.words
    assert answer.page.xpath("string(//ul[@class='countries']//li)").split() == ["Germany", "2"]
    words = guest.get("/sites?country=de").words
    assert "2 sites are registered from here." in words
    assert "One of them does not show its name." in words


def test_t_69_sites_that_left_or_are_hidden_appear_nowhere(guest: Visitor) -> None:
    leave(make_site(name="Left school"))
    make_site(name="Hidden school", visible=False)
    answer = guest.get("/sites")
    assert "Left school" not in answer.text
    assert "Hidden school" not in answer.text
    assert answer.page.xpath("//ul[@class='countries']") == []


def test_a_site_without_a_name_is_listed_under_its_address(guest: Visitor) -> None:
    make_site(name="", url="https://nameless.example.org", privacy=SitePrivacy.NAMED)
    assert "https://nameless.example.org" in guest.get("/sites").words


def test_sites_are_listed_by_name_however_written(guest: Visitor) -> None:
    for name in ("beta", "Alpha", "Gamma"):
        make_site(name=name)
    names = [each.text_content() for each in guest.get("/sites").page.xpath("//a[@class='name']")]
    assert names == ["Alpha", "beta", "Gamma"]


def test_an_unknown_country_shows_all_and_one_without_sites_says_so(guest: Visitor) -> None:
    make_site(name="Some school")
    assert "Some school" in guest.get("/sites?country=XX").words
    assert "No site from here is registered yet." in guest.get("/sites?country=FR").words


def test_a_list_of_sites_costs_the_same_number_of_statements_however_long(guest: Visitor) -> None:
    make_course(make_site())
    with counted_statements() as few:
        guest.get("/sites")
    for _ in range(20):
        make_course(make_site())
    with counted_statements() as many:
        guest.get("/sites")
    assert len(few) == len(many) <= 8


def test_a_site_has_a_page_with_its_courses_newest_first(guest: Visitor) -> None:
    site = make_site(name="School of Algebra", description="We teach.\n\nEverybody.")
    for day in range(12):
        make_course(site, fullname=f"Day {day}", published_at=clock.now() - timedelta(days=day))
    make_course(make_site(), fullname="Elsewhere")
    answer = guest.get(addresses.page(site))
    assert "School of Algebra" in answer.words
    assert [each.text_content() for each in answer.page.xpath("//article//h3")] == [f"Day {day}" for day in range(10)]
    assert answer.page.xpath("//a[@rel='next']/@href") == [f"{addresses.page(site)}?page=1"]
    assert site.contact_email not in answer.text
    assert site.contact_name not in answer.text


def test_a_sites_page_costs_the_same_number_of_statements_however_many_courses(guest: Visitor) -> None:
    site = make_site()
    make_course(site)
    with counted_statements() as few:
        guest.get(addresses.page(site))
    for _ in range(9):
        make_course(site)
    with counted_statements() as many:
        guest.get(addresses.page(site))
    assert len(few) == len(many) <= 7


@pytest.mark.parametrize("values", [{"privacy": SitePrivacy.NOT_DISPLAYED}, {"visible": False}])
def test_a_site_that_is_not_named_has_no_page_for_visitors(
    guest: Visitor, moderator: Visitor, values: dict[str, object]
) -> None:
    site = make_site(name="Secret school", **values)
    assert "Secret school" not in guest.get(f"/sites/{site.id}", 404).text
    guest.get(addresses.page(site), 404)
    assert "Visitors do not see this page" in moderator.get(addresses.page(site)).words


def test_a_site_that_left_answers_410_and_is_not_named(guest: Visitor) -> None:
    site = make_site(name="Left school")
    leave(site)
    answer = guest.get(addresses.page(site), 410)
    assert "has left the hub" in answer.words
    assert "Left school" not in answer.words


@pytest.mark.parametrize("end", ["", "/old-name"])
def test_a_site_has_one_address_and_others_lead_to_it(guest: Visitor, end: str) -> None:
    site = make_site(name="New name")
    assert guest.get(f"/sites/{site.id}{end}", 301).location == f"/sites/{site.id}/new-name"


@pytest.mark.parametrize("number", ["0", "99999", "99999999999999999999999"])
def test_a_site_that_never_was_is_not_found(guest: Visitor, number: str) -> None:
    guest.get(f"/sites/{number}", 404)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x"])
def test_a_site_whose_address_is_none_of_the_web_is_no_link(guest: Visitor, url: str) -> None:
    site = make_site(url="https://x.example.org")
    site.url = url
    db.session.commit()
    assert url not in guest.get("/sites").text
    assert url not in guest.get(addresses.page(site)).text
