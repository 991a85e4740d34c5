"""Every address of the original's front page still answers with the right thing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hub import clock
from hub.courses import addresses
from hub.courses.models import Standing
from hub.events.models import EventDetails, EventRow
from hub.extensions import db
from tests.factories import make_course, make_site
from tests.pages.conftest import change
from tests.support.pages import Visitor


@pytest.mark.parametrize("path", ["/", "/index.php"])
def test_a_course_is_shown_under_the_address_that_sites_have_noted(guest: Visitor, path: str) -> None:
    course = make_course()
    answer = guest.get(f"{path}?courseid={course.id}", 302)
    assert answer.location == addresses.page(course)
    guest.get(str(answer.location))


def test_assertion_075_the_rate_and_comment_link_asks_to_sign_in_and_comes_back_to_the_course(
    guest: Visitor, moderator: Visitor
) -> None:
    course = make_course()
    old = f"/?courseid={course.id}&mustbelogged=1"
    asked = guest.get(old, 302)
    assert str(asked.location).startswith("/login?next=")
    back = guest.post(str(asked.location), username="moderator", password="correct horse battery")
    assert back.location == old
    assert guest.get(old, 302).location == addresses.page(course)
    assert moderator.get(old, 302).location == addresses.page(course)


def test_t_61_mustbelogged_alone_leads_back_to_the_front_page(guest: Visitor) -> None:
    assert "mustbelogged" in str(guest.get("/?mustbelogged=1", 302).location)


@pytest.mark.parametrize("standing", [Standing.WAITING, Standing.HIDDEN])
def test_b_33_old_addresses_of_courses_that_are_not_visible_are_not_found(guest: Visitor, standing: Standing) -> None:
    course = make_course(standing=standing)
    unknown = guest.get("/?courseid=88888", 404).text
    assert guest.get(f"/?courseid={course.id}", 404).text == unknown.replace("88888", str(course.id))
    assert guest.get(f"/?redirectcourseid={course.id}", 404).location is None


def test_the_old_address_of_a_withdrawn_course_answers_410(guest: Visitor) -> None:
    course = make_course()
    course.withdrawn_at, course.listed = clock.now(), False
    db.session.commit()
    guest.get(f"/?courseid={course.id}", 410)
    guest.get(f"/?redirectcourseid={course.id}", 410)


def test_a_visit_link_leads_to_the_course_or_else_to_its_demonstration(guest: Visitor) -> None:
    course = make_course(course_url="https://a.example/course?x=1&y=2", demo_url="https://b.example/")
    answer = guest.get(f"/?redirectcourseid={course.id}", 303)
    assert answer.location == "https://a.example/course?x=1&y=2"
    course = make_course(course_url="", demo_url="https://b.example/")
    assert guest.get(f"/?redirectcourseid={course.id}", 303).location == "https://b.example/"


def test_a_followed_link_leaves_a_trace_that_says_whether_it_came_from_a_feed(guest: Visitor) -> None:
    course = make_course()
    guest.get(f"/?redirectcourseid={course.id}&rss=1", 303)
    [event] = db.session.scalars(sa.select(EventRow).where(EventRow.kind == "link followed"))
    assert (event.actor, event.subject_type, event.subject_id) == ("visitor", "course", course.id)
    assert db.session.get_one(EventDetails, event.id).details == {"from_feed": True}


def test_a_link_that_is_followed_all_the_time_does_not_fill_the_log(guest: Visitor) -> None:
    course = make_course()
    for _ in range(5):
        guest.get(f"/?redirectcourseid={course.id}", 303)
    assert len(db.session.scalars(sa.select(EventRow).where(EventRow.kind == "link followed")).all()) == 1


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "data:text/html,x", "//evil.example", "/login"])
def test_b_25_a_visit_link_without_an_address_of_the_web_leads_nowhere(guest: Visitor, address: str) -> None:
    course = make_course(course_url=address, demo_url=address)
    answer = guest.get(f"/?redirectcourseid={course.id}", 404)
    assert "This course has no place to visit" in answer.words
    assert addresses.page(course) in answer.page.xpath("//main//a/@href")


@pytest.mark.parametrize("number", ["x", "-1", "0", "99999999999999999999", "1e3", "1;2", "%00"])
@pytest.mark.parametrize("name", ["courseid", "redirectcourseid", "messagesent"])
def test_numbers_that_are_none_are_answered_like_any_unknown_one(guest: Visitor, name: str, number: str) -> None:
    assert guest.send("GET", f"/?{name}={number}").status in (200, 404)


def test_a_message_that_was_sent_is_confirmed(guest: Visitor) -> None:
    assert "Your message has been sent." in guest.get("/?messagesent=1").words


def test_feed_links_lead_to_the_course(guest: Visitor) -> None:
    course = make_course()
    assert guest.get(f"/index.php?courseid={course.id}&rss=1", 302).location == addresses.page(course)


@pytest.mark.parametrize("path", ["/sites", "/sites/", "/local/hub/top/sites/", "/local/hub/top/sites"])
def test_assertion_105_the_list_of_sites_answers_under_every_address_it_had(guest: Visitor, path: str) -> None:
    make_site(name="Some school")
    assert "Some school" in guest.get(path).words
    guest.get("/privacy")


@pytest.mark.parametrize("path", ["/stats", "/stats/", "/local/hub/top/stats/", "/local/hub/top/stats"])
def test_the_statistics_answer_under_every_address_they_had(guest: Visitor, path: str) -> None:
    assert "The hub in figures" in guest.get(path).words


@pytest.mark.parametrize("query", ["country=DE&edit=on", "cool=3", "uncool=3&voting=1", "country=%3Cscript%3E"])
def test_what_the_original_list_took_besides_does_no_harm(guest: Visitor, query: str) -> None:
    make_site()
    assert "<script>" not in guest.get(f"/sites?{query}").text.partition("<main")[2]


@pytest.mark.parametrize("address", ["::1", "2001:db8::1", "garbage", "1.2.3.4, ::ffff:9.9.9.9", "' OR 1=1"])
def test_t_71_visitors_from_any_address_are_answered(guest: Visitor, address: str) -> None:
    for path in ("/", "/sites", "/stats"):
        answer = guest.send(
            "GET", path, headers={"X-Forwarded-For": address}, environ_overrides={"REMOTE_ADDR": "2001:db8::7"}
        )
        assert answer.status == 200


def test_a_closed_hub_follows_no_links(guest: Visitor) -> None:
    course = make_course()
    change(hubenabled="0")
    guest.get(f"/?redirectcourseid={course.id}", 503)
    guest.get(f"/?courseid={course.id}", 503)
