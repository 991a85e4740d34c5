"""The first page: what is new, what was found, and what to do when nothing was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub import clock
from hub.courses.models import Kind, Standing
from hub.sites.models import SitePrivacy
from tests.factories import make_course, make_site
from tests.pages.conftest import change
from tests.support.pages import Answer, Visitor, counted_statements


def titles(answer: Answer) -> list[str]:
    """The titles of the courses on a page."""
    return [each.text_content() for each in answer.page.xpath("//article//*[contains(@class, 'title')]/a")]


def options(answer: Answer, name: str) -> list[str]:
    """What a filter offers."""
    return answer.page.xpath(f"//select[@name='{name}']//option/@value")


def test_the_start_page_shows_the_newest_courses_first(guest: Visitor) -> None:
    site = make_site()
    for day in range(8):
        make_course(site, fullname=f"Day {day}", published_at=clock.now() - timedelta(days=day))
    assert titles(guest.get("/")) == [f"Day {day}" for day in range(6)]


def test_the_start_page_counts_what_is_here(guest: Visitor) -> None:
    make_course(make_site())
    words = guest.get("/").words
    assert "Courses from a Moodle site" in words
    assert "0 courses to download 1 course to join online 1 site" in words


def test_an_empty_hub_says_so_and_how_to_begin(guest: Visitor) -> None:
    answer = guest.get("/")
    assert "No course is listed here yet" in answer.words
    assert "/connect" in answer.page.xpath("//main//a/@href")


def test_a_result_says_what_it_is_at_a_glance(guest: Visitor) -> None:
    site = make_site(name="School of Algebra")
    make_course(
        site,
        fullname="Groups and rings",
        kind=Kind.DOWNLOADABLE,
        language="fr",
        contents=[{"moduletype": "activity", "modulename": "quiz", "contentcount": 3}],
    )
    words = guest.get("/?search=rings").words
    for said in (
        "To download",
        "School of Algebra",
        "What everybody should know",
        "French",
        "Tertiary",
        "Students",
        "Mathematical Sciences",
        "Creative Commons – Attribution",
        "3 Quizzes",
        "45 bytes",
    ):
        assert said in words


def test_a_course_of_an_unnamed_site_does_not_name_it(guest: Visitor) -> None:
    make_course(make_site(name="Secret school", privacy=SitePrivacy.NOT_DISPLAYED))
    answer = guest.get("/?search=")
    assert "Secret school" not in answer.text
    assert "from a site that does not show its name" in answer.words


def test_the_words_that_were_searched_are_marked(guest: Visitor) -> None:
    make_course(fullname="Algebra for all", description="All about algebra.")
    assert guest.get("/?search=algebra").page.xpath("//article//mark/text()") == ["Algebra", "algebra"]


def test_search_alone_searches_both_kinds_in_all_languages(guest: Visitor) -> None:
    make_course(kind=Kind.DOWNLOADABLE, fullname="Un", language="fr", course_url="")
    make_course(fullname="Two", language="en")
    assert sorted(titles(guest.get("/?search="))) == ["Two", "Un"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("downloadable=1", ["Backup"]),
        ("downloadable=0", ["Online"]),
        ("language=fr", ["Backup"]),
        ("audience=educators", ["Backup"]),
        ("educationallevel=primary", ["Backup"]),
        ("subject=field102", ["Backup"]),
        ("licence=public", ["Backup"]),
        ("search=Online&downloadable=1", []),
        ("language=all&audience=all&subject=all&licence=all&educationallevel=all&coverage=all", ["Backup", "Online"]),
    ],
)
def test_each_filter_of_the_original_narrows(guest: Visitor, query: str, found: list[str]) -> None:
    make_course(fullname="Online")
    make_course(
        fullname="Backup",
        kind=Kind.DOWNLOADABLE,
        language="fr",
        audience="educators",
        educational_level="primary",
        subject="field10201",
        licence="public",
    )
    assert sorted(titles(guest.get(f"/?{query}"))) == found


def test_orders_of_the_original_order(guest: Visitor) -> None:
    for day, name in enumerate("BCA"):
        make_course(fullname=name, publisher_name=f"{9 - day}", modified_at=clock.now() - timedelta(days=day))
    assert titles(guest.get("/?orderby=newest")) == ["B", "C", "A"]
    assert titles(guest.get("/?orderby=eldest")) == ["A", "C", "B"]
    assert titles(guest.get("/?orderby=fullname")) == ["A", "B", "C"]
    assert titles(guest.get("/?orderby=publisher")) == ["A", "C", "B"]


def test_only_languages_and_licences_of_listed_courses_are_offered_with_the_known_licences(guest: Visitor) -> None:
    make_course(language="de_du", licence="our-own")
    make_course(language="fr", standing=Standing.HIDDEN, licence="hidden-own")
    answer = guest.get("/?search=")
    assert options(answer, "language") == ["", "de"]
    assert {"cc-sa", "our-own"} <= set(options(answer, "licence"))
    assert "hidden-own" not in options(answer, "licence")


def test_narrow_subjects_are_offered_within_the_broad_one_that_was_chosen(guest: Visitor) -> None:
    assert "field10201" not in options(guest.get("/?search="), "subject")
    answer = guest.get("/?subject=field102")
    assert "field10201" in options(answer, "subject")
    assert answer.page.xpath("//select[@name='subject']//option[@selected]/@value") == ["field102"]


@pytest.mark.parametrize("name", ["language", "subject", "audience", "educationallevel", "licence"])
def test_a_value_that_nobody_offered_stays_chosen(guest: Visitor, name: str) -> None:
    answer = guest.get(f"/?{name}=unheard-of")
    assert answer.page.xpath(f"//select[@name='{name}']//option[@selected]/@value") == ["unheard-of"]


def test_each_chosen_filter_can_be_removed_by_itself(guest: Visitor) -> None:
    answer = guest.get("/?search=x&language=fr&downloadable=1&page=3")
    removing = answer.page.xpath("//a[contains(@class, 'chip')]/@href")
    assert sorted(removing) == ["/?search=x&downloadable=1", "/?search=x&language=fr"]


def test_nothing_found_says_what_to_try_next(guest: Visitor) -> None:
    make_course()
    answer = guest.get("/?search=nowhere&language=fr")
    assert "0 courses found" in answer.words
    assert "Search without the filter “Language: fr”" in answer.words
    assert "/?search=nowhere" in answer.page.xpath("//div[@class='empty']//a/@href")


def test_results_are_paged_ten_at_a_time_and_keep_their_criteria(guest: Visitor) -> None:
    site = make_site()
    for number in range(23):
        make_course(site, fullname=f"Course {number:02d}")
    first = guest.get("/?search=course&orderby=fullname")
    assert titles(first) == [f"Course {number:02d}" for number in range(10)]
    assert first.page.xpath("//a[@rel='next']/@href") == ["/?search=course&orderby=fullname&page=1"]
    last = guest.get("/?search=course&orderby=fullname&page=2")
    assert titles(last) == ["Course 20", "Course 21", "Course 22"]
    assert last.page.xpath("//a[@rel='next']") == []


def test_b_44_the_pages_together_show_each_course_once_and_as_many_as_the_total_says(guest: Visitor) -> None:
    site = make_site()
    for _ in range(23):
        make_course(site, fullname="The same name")
    pages = [guest.get(f"/?search=same&orderby=fullname&page={number}") for number in range(3)]
    shown = [each for page in pages for each in page.page.xpath("//article//h2/a/@href")]
    assert len(shown) == len(set(shown)) == 23
    assert all("23 courses found." in page.words for page in pages)


@pytest.mark.parametrize("page", ["-1", "x", "99999999999999999999", "1000000"])
def test_any_page_number_is_answered(guest: Visitor, page: str) -> None:
    make_course()
    guest.get(f"/?search=&page={page}")


def test_a_page_of_results_costs_the_same_number_of_statements_however_full(guest: Visitor) -> None:
    site = make_site()
    make_course(site)
    with counted_statements() as few:
        guest.get("/?search=course")
    for _ in range(12):
        make_course(make_site())
    with counted_statements() as many:
        guest.get("/?search=course")
    assert len(many) == len(few) <= 12


def test_the_start_page_costs_the_same_number_of_statements_however_full(guest: Visitor) -> None:
    make_course()
    with counted_statements() as few:
        guest.get("/")
    for _ in range(7):
        make_course(make_site())
    with counted_statements() as many:
        guest.get("/")
    assert len(many) == len(few) <= 6


@pytest.mark.parametrize("standing", [Standing.WAITING, Standing.HIDDEN])
def test_what_is_not_visible_is_found_by_nobody(guest: Visitor, standing: Standing) -> None:
    make_course(fullname="Unseen", standing=standing)
    assert titles(guest.get("/")) == titles(guest.get("/?search=unseen")) == []


def test_t_63_the_search_is_hidden_from_visitors_when_the_setting_says_so(guest: Visitor, moderator: Visitor) -> None:
    make_course(fullname="Algebra")
    change(searchfornologin="0")
    for path in ("/", "/?search=algebra", "/sites"):
        answer = guest.get(path)
        assert "Algebra" not in answer.words
        assert answer.page.xpath("//form[@role='search']") == []
    assert "asks for an account" in guest.get("/").words
    assert "Algebra" in moderator.get("/?search=algebra").words


def test_a_browser_can_add_the_hub_to_its_search_engines(guest: Visitor) -> None:
    description = guest.send("GET", "/opensearch.xml")
    assert description.headers["Content-Type"].startswith("application/opensearchdescription+xml")
    assert 'template="http://hub.test/?search={searchTerms}"' in description.text
