"""A course's page: for whom it is there, and what it says."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from hub import clock
from hub.courses import addresses
from hub.courses.models import Course, Kind, Standing
from hub.extensions import db
from hub.sites.models import SitePrivacy
from tests.factories import BACKUP, make_course, make_screenshot, make_site
from tests.support.pages import Visitor, counted_statements

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> & “é”"


def picture() -> bytes:
    stored = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(stored, "PNG")
    return stored.getvalue()


def withdraw(course: Course) -> None:
    course.withdrawn_at = clock.now()
    course.listed = False
    db.session.commit()


def test_the_page_says_everything_about_the_course(guest: Visitor) -> None:
    course = make_course(
        make_site(name="School of Algebra"),
        outcomes=["Solves equations"],
        creator_notes="<p>Use it <strong>well</strong></p>",
        contributor_names="Carla, Carlo",
        coverage="algebra, rings , algebra",
        contents=[
            {"moduletype": "activity", "modulename": "quiz", "contentcount": 3},
            {"moduletype": "activity", "modulename": "hotpot", "contentcount": 1200},
            {"moduletype": "block", "modulename": "calendar_month", "contentcount": 7},
        ],
    )
    answer = guest.get(addresses.page(course))
    for said in (
        course.fullname,
        "School of Algebra",
        "Solves equations",
        "Use it well",
        "Carla, Carlo",
        "Clara Creator",
        "Paul Publisher",
        "3 Quizzes",
        "1,200 hotpot",
        "Natural and Physical Science › Mathematical Sciences",
        "Share and change it; name the author.",
    ):
        assert said in answer.words
    assert "calendar_month" not in answer.text
    assert "paul@example.org" not in answer.text
    assert [each.text_content() for each in answer.page.xpath("//ul[@aria-label='Tags']//a")] == ["algebra", "rings"]


def test_t_68_activities_that_others_wrote_are_shown_under_their_own_name(guest: Visitor) -> None:
    contents = [{"moduletype": "activity", "modulename": "third<b>party", "contentcount": 2}]
    course = make_course(contents=contents)
    assert "2 third<b>party" in guest.get(addresses.page(course)).words


def test_a_course_to_download_offers_its_backup_with_the_size(guest: Visitor) -> None:
    course = make_course(kind=Kind.DOWNLOADABLE, course_url="", demo_url="https://demo.example.org/x")
    answer = guest.get(addresses.page(course))
    assert "Download (45 bytes)" in answer.words
    [address] = answer.page.xpath("//a[contains(., 'Download (')]/@href")
    with guest.client.get(address) as download:
        assert download.data == BACKUP
    assert "Leads to demo.example.org." in answer.words


def test_a_course_to_join_leads_to_its_site_and_says_where_that_is(guest: Visitor) -> None:
    course = make_course(course_url="https://moodle.example.org/course/view.php?id=7")
    answer = guest.get(addresses.page(course))
    [link] = answer.page.xpath("//a[contains(., 'Go to the course')]")
    assert link.get("href") == "https://moodle.example.org/course/view.php?id=7"
    assert {"nofollow", "noopener", "ugc"} <= set(link.get("rel").split())
    assert "Leads to moodle.example.org." in answer.words


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x.example"])
def test_b_25_an_address_that_is_none_of_the_web_is_no_link(guest: Visitor, address: str) -> None:
    course = make_course(course_url=address, demo_url=address)
    answer = guest.get(addresses.page(course))
    assert address not in answer.text
    assert "Its site named no address" in answer.words


def test_screenshots_are_shown_small_and_lead_to_the_whole_picture(guest: Visitor) -> None:
    course = make_course()
    make_screenshot(course, picture(), 1)
    make_screenshot(course, picture(), 2)
    db.session.commit()
    page = guest.get(addresses.page(course)).page
    assert len(page.xpath("//ul[@class='gallery']//img")) == 2
    for address in page.xpath("//ul[@class='gallery']//img/@src | //ul[@class='gallery']//a/@href"):
        with guest.client.get(address) as answer:
            assert answer.mimetype == "image/png"
    assert page.xpath("//ul[@class='gallery']//img[not(@loading='lazy') or not(@width) or not(@height)]") == []


@pytest.mark.parametrize("end", ["", "/", "/another-title", "/%3Cscript%3E"])
def test_a_course_has_one_address_and_others_lead_to_it(guest: Visitor, end: str) -> None:
    course = make_course(fullname="Algebra für alle")
    answer = guest.send("GET", f"/courses/{course.id}{end}")
    if end != "/":
        assert (answer.status, answer.location) == (301, f"/courses/{course.id}/algebra-f%C3%BCr-alle")
    else:
        assert answer.status == 404
    assert guest.get(f"/courses/{course.id}/algebra-f%C3%BCr-alle").status == 200


@pytest.mark.parametrize("fullname", ["数学入门", "الجبر", "???", "😀"])
def test_every_title_makes_an_address_that_works(guest: Visitor, fullname: str) -> None:
    course = make_course(fullname=fullname)
    assert guest.get(addresses.page(course)).page.xpath("string(//h1)") == fullname


@pytest.mark.parametrize("standing", [Standing.WAITING, Standing.HIDDEN])
def test_a_course_that_is_not_visible_is_not_found(guest: Visitor, standing: Standing) -> None:
    course = make_course(standing=standing, fullname="Unseen")
    assert "Unseen" not in guest.get(f"/courses/{course.id}", 404).text
    assert guest.get(f"/courses/{course.id}", 404).text == guest.get("/courses/77777", 404).text.replace(
        "77777", str(course.id)
    )


def test_a_downloadable_course_without_its_backup_is_not_found(guest: Visitor) -> None:
    course = make_course(kind=Kind.DOWNLOADABLE, backup=None)
    guest.get(f"/courses/{course.id}", 404)


def test_a_withdrawn_course_answers_410_with_a_page_that_says_so(guest: Visitor) -> None:
    course = make_course(fullname="Once here")
    withdraw(course)
    answer = guest.get(addresses.page(course), 410)
    assert "has been withdrawn" in answer.words
    assert "Once here" not in answer.text
    assert answer.page.xpath("//main//a/@href") == ["/?search="]


@pytest.mark.parametrize("number", ["0", "99999", "2147483647", "2147483648", "99999999999999999999999"])
def test_a_course_that_never_was_is_not_found(guest: Visitor, number: str) -> None:
    guest.get(f"/courses/{number}", 404)


def test_a_moderator_sees_a_hidden_course_and_that_others_do_not(moderator: Visitor) -> None:
    course = make_course(standing=Standing.HIDDEN, fullname="Unseen")
    answer = moderator.get(addresses.page(course))
    assert "Visitors do not see this course." in answer.words
    assert answer.page.xpath("//meta[@name='robots']/@content") == ["noindex"]


CODES = ("language", "audience", "educational_level")
TEXTS = (
    *("fullname", "shortname", "description", "publisher_name", "creator_name", "contributor_names", "coverage"),
    *("subject", "licence", "creator_notes"),
)


def test_b_10_and_assertion_018_markup_in_any_text_does_nothing_on_any_page(guest: Visitor) -> None:
    site = make_site(name=HOSTILE, description=HOSTILE, language=HOSTILE[:30])
    texts = dict.fromkeys(TEXTS, HOSTILE) | dict.fromkeys(CODES, HOSTILE[:30])
    contents = [{"moduletype": "activity", "modulename": HOSTILE, "contentcount": 1}]
    course = make_course(site, **texts, outcomes=[HOSTILE], contents=contents)
    for path in (addresses.page(course), "/", "/?search=alert", "/sites", f"/sites/{site.id}/x", "/stats"):
        answer = guest.send("GET", path)
        if answer.status == 301:
            answer = guest.get(str(answer.location))
        page = answer.page
        assert page.xpath("//script[not(@src)] | //@onerror | //img[@src='x']") == [], path


def test_assertion_056_notes_keep_their_markup_and_lose_what_acts(guest: Visitor) -> None:
    notes = (
        "<h3>Part</h3><p onclick='x()'>Text <a href='javascript:x()'>bad</a> <a href='https://good.example/'>good</a>"
        "<img src='https://tracker.example/x.png'><iframe src='//x'></iframe><style>p{}</style></p>"
    )
    page = guest.get(addresses.page(make_course(creator_notes=notes))).page
    assert page.xpath("//h3/text()") == ["Part"]
    assert page.xpath("//a[text()='good']/@href") == ["https://good.example/"]
    assert (
        page.xpath("//a[text()='bad']/@href | //@onclick | //iframe | //style | //img[contains(@src, 'tracker')]") == []
    )


def test_a_course_of_an_unnamed_site_does_not_name_it(guest: Visitor) -> None:
    site = make_site(name="Secret school", privacy=SitePrivacy.NOT_DISPLAYED)
    assert "Secret school" not in guest.get(addresses.page(make_course(site))).text


def test_texts_say_in_which_language_they_are(guest: Visitor) -> None:
    course = make_course(fullname="الجبر", language="ar")
    [heading] = guest.get(addresses.page(course)).page.xpath("//h1")
    assert (heading.get("lang"), heading.get("dir")) == ("ar", "auto")


def test_the_page_costs_the_same_number_of_statements_however_much_it_shows(guest: Visitor) -> None:
    bare = make_course(contents=[], outcomes=[])
    rich = make_course(outcomes=["One", "Two"])
    for number in (1, 2, 3):
        make_screenshot(rich, picture(), number)
    db.session.commit()
    bare_path, rich_path = addresses.page(bare), addresses.page(rich)
    with counted_statements() as few:
        guest.get(bare_path)
    with counted_statements() as many:
        guest.get(rich_path)
    assert len(few) == len(many) <= 6
