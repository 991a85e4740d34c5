"""The moderators' pages about courses."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from hub import clock
from hub.courses import versions
from hub.courses.details import TEXT_COLUMNS, CourseDetails
from hub.courses.models import Course, Kind, Standing
from hub.events.models import EventDetails, EventRow
from hub.extensions import db
from tests.factories import make_backup, make_course, make_screenshot, make_site
from tests.support.pages import Answer, Visitor, counted_statements


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(target, "PNG")
    return target.getvalue()


def titles(answer: Answer) -> list[str]:
    return [each.text for each in answer.page.xpath("//h2[@class='item-title']/a")]


def now(course: Course) -> Course:
    return db.session.get_one(Course, course.id)


def let_wait(course: Course, **changes: object) -> None:
    """A change of the course waits."""
    text = {name: getattr(course, name) for name in TEXT_COLUMNS} | changes
    details = CourseDetails(
        course_id_on_site=course.course_id_on_site, kind=course.kind, delete_screenshots=False, **text
    )
    versions.hold(course, details, now=clock.now())
    db.session.commit()


def reasons(kind: str) -> list[str]:
    query = sa.select(EventDetails.details).join(EventRow, EventRow.id == EventDetails.event_id)
    return [each.get("reason") for each in db.session.scalars(query.where(EventRow.kind == kind).order_by(EventRow.id))]


def test_the_queue_shows_what_waits_the_longest_waiting_first(app: Flask, moderator: Visitor) -> None:
    new = make_course(fullname="New", standing=Standing.WAITING)
    changed = make_course(fullname="Changed", modified_at=clock.now() - timedelta(days=2))
    with_file = make_course(fullname="With a file", modified_at=clock.now() - timedelta(days=1))
    make_course(fullname="Decided")
    let_wait(changed, description="Other words")
    make_screenshot(with_file, picture(), waits=True)
    db.session.commit()
    page = moderator.get("/admin/courses")
    assert titles(page) == ["Changed", "With a file", "New"]
    assert "change waits" in page.words
    assert "file waits" in page.words
    assert page.page.xpath("//a[@aria-current='true']/span[@class='count']/text()") == ["3"]
    assert new.id


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("visibility=any&search=algebra", ["Algebra"]),
        ("visibility=any&search=ALG", ["Algebra"]),
        ("visibility=visible", ["Algebra"]),
        ("visibility=hidden", ["Botany", "Chemistry"]),
        ("visibility=any&kind=downloadable", ["Chemistry"]),
        ("visibility=any&language=pt", ["Botany"]),
        ("visibility=any&modified=7", ["Algebra", "Botany"]),
        ("visibility=waiting", ["Botany"]),
        ("visibility=waiting&search=alg", []),
        ("visibility=nonsense", ["Botany"]),
        ("visibility=any&site=99999999999", ["Algebra", "Botany", "Chemistry"]),
        ("visibility=any&site=0", ["Algebra", "Botany", "Chemistry"]),
        ("visibility=any&search=%25", []),
        ("visibility=any&search=%00&language=%00", ["Algebra", "Botany", "Chemistry"]),
    ],
)
def test_the_filters_of_the_list_narrow_it(app: Flask, moderator: Visitor, query: str, found: list[str]) -> None:
    make_course(fullname="Algebra")
    make_course(fullname="Botany", language="pt_br", standing=Standing.WAITING)
    make_course(
        fullname="Chemistry",
        kind=Kind.DOWNLOADABLE,
        standing=Standing.HIDDEN,
        modified_at=clock.now() - timedelta(days=8),
    )
    assert sorted(titles(moderator.get(f"/admin/courses?{query}"))) == found


def test_the_list_can_be_narrowed_to_one_site(app: Flask, moderator: Visitor) -> None:
    site = make_site()
    make_course(site, fullname="Theirs")
    make_course(fullname="Another's")
    assert titles(moderator.get(f"/admin/courses?visibility=any&site={site.id}")) == ["Theirs"]


def test_the_lists_ask_the_database_as_often_for_twenty_courses_as_for_two(app: Flask, moderator: Visitor) -> None:
    def statements(path: str) -> int:
        with counted_statements() as seen:
            moderator.get(path)
        return len(seen)

    site = make_site()
    for number in range(2):
        make_course(site, fullname=f"Course {number}", standing=Standing.WAITING)
    few = [
        statements("/admin/courses"),
        statements("/admin/courses?visibility=any"),
        statements(f"/admin/sites/{site.id}"),
    ]
    for _ in range(18):
        let_wait(make_course(make_site(), standing=Standing.WAITING), description="x")
        make_course(site)
    many = [
        statements("/admin/courses"),
        statements("/admin/courses?visibility=any"),
        statements(f"/admin/sites/{site.id}"),
    ]
    assert many == few


def test_a_courses_page_shows_everything_about_it(app: Flask, moderator: Visitor) -> None:
    site = make_site(name="Northern School")
    course = make_course(site, fullname="Knots", kind=Kind.DOWNLOADABLE, creator_notes="<p>Tie <b>them</b></p>")
    make_screenshot(course, picture())
    db.session.commit()
    page = moderator.get(f"/admin/courses/{course.id}")
    for part in ("Knots", "Northern School", "Clara Creator", "paul@example.org", "SHA-256", "Why it is visible"):
        assert part in page.words, part
    assert page.page.xpath("//section[@aria-labelledby='notes']//b/text()") == ["them"]
    assert page.page.xpath("//code[string-length()=64]")
    assert page.page.xpath("//ul[@class='gallery']//img")


def test_the_page_says_which_rule_keeps_a_course_from_being_visible_and_who_can_change_it(
    app: Flask, moderator: Visitor
) -> None:
    course = make_course(make_site(visible=False))
    page = moderator.get(f"/admin/courses/{course.id}")
    assert [" ".join(each.text_content().split()) for each in page.page.xpath("//li[@class='fails']")] == [
        "No: A moderator has hidden the site. Changed by: A moderator, by showing the site."
    ]


def test_a_waiting_change_is_shown_field_by_field_against_the_approved_text(app: Flask, moderator: Visitor) -> None:
    course = make_course(description="Learn to tie old knots", publisher_name="Paul Publisher")
    let_wait(course, description="Learn to tie new knots", outcomes=["Can tie"])
    page = moderator.get(f"/admin/courses/{course.id}")
    table = page.page.xpath("//table[@class='changed']")[0]
    assert table.xpath(".//tbody//th/text()") == ["Description", "Outcomes"]
    assert (table.xpath(".//del/text()"), table.xpath(".//ins/text()")) == (["old"], ["new", "Can tie"])


def test_hostile_text_is_shown_as_text(app: Flask, moderator: Visitor) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    course = make_course(fullname=hostile, description=hostile, course_url='https://x.test/?a="><script>')
    let_wait(course, description=hostile + "2")
    for path in ("/admin/courses?visibility=any", f"/admin/courses/{course.id}", f"/admin/courses/{course.id}/edit"):
        page = moderator.get(path).page
        assert page.xpath("//main//script | //main//img[@onerror]") == [], path


def test_approving_shows_a_course_and_keeps_actor_and_reason(app: Flask, moderator: Visitor) -> None:
    course = make_course(standing=Standing.WAITING)
    answer = moderator.post(
        "/admin/courses/acts", act="approve", ids=[course.id], reason="looks good", back=f"/admin/courses/{course.id}"
    )
    assert answer.location == f"/admin/courses/{course.id}"
    assert now(course).listed
    assert reasons("course shown") == ["looks good"]
    assert "moderator" in moderator.get(f"/admin/courses/{course.id}").page.xpath(
        "string(//table[contains(@class, 'events')])"
    )


def test_approving_a_change_replaces_the_text_and_refusing_it_keeps_the_old(app: Flask, moderator: Visitor) -> None:
    accepted, refused = make_course(fullname="One"), make_course(fullname="Two")
    let_wait(accepted, fullname="One, changed")
    let_wait(refused, fullname="Two, changed")
    moderator.post("/admin/courses/acts", act="approve", ids=[accepted.id])
    moderator.post("/admin/courses/acts", act="refuse", ids=[refused.id])
    assert (now(accepted).fullname, now(refused).fullname) == ("One, changed", "Two")
    assert now(refused).listed
    assert "Nothing waits" in moderator.get("/admin/courses").words


def test_hiding_takes_a_course_out_of_sight_and_showing_brings_it_back(app: Flask, moderator: Visitor) -> None:
    course = make_course()
    moderator.post("/admin/courses/acts", act="hide", ids=[course.id])
    assert not now(course).listed
    moderator.post("/admin/courses/acts", act="show", ids=[course.id])
    assert now(course).listed


def test_removing_asks_first_and_wants_a_reason(app: Flask, moderator: Visitor) -> None:
    course = make_course(fullname="Spam")
    page = moderator.post("/admin/courses/acts", status=200, act="remove", ids=[course.id])
    assert "It is taken away with its files" in page.words
    assert now(course).live
    answer = moderator.post("/admin/courses/acts", status=422, act="remove", ids=[course.id], confirmed="1", reason=" ")
    assert "Write the reason" in answer.words
    assert now(course).live
    moderator.post("/admin/courses/acts", act="remove", ids=[course.id], confirmed="1", reason="spam")
    assert not now(course).live
    assert reasons("course removed") == ["spam"]


def test_a_bulk_act_lists_what_will_happen_and_then_does_it_to_exactly_the_ticked_ones(
    app: Flask, moderator: Visitor
) -> None:
    courses = [make_course(fullname=f"Course {number}", standing=Standing.WAITING) for number in range(4)]
    ticked = [courses[0].id, courses[2].id]
    page = moderator.post("/admin/courses/acts", status=200, act="approve", ids=ticked, bulk="1")
    assert page.hidden("ids") == [str(each) for each in ticked]
    assert "Course 0" in page.words
    assert "Course 1" not in page.words
    assert [now(each).listed for each in courses] == [False] * 4
    fields = {name: page.hidden(name) for name in ("act", "ids", "bulk", "confirmed", "back")}
    moderator.post("/admin/courses/acts", reason="all fine", **fields)
    assert [now(each).listed for each in courses] == [True, False, True, False]
    assert reasons("course shown") == ["all fine", "all fine"]


def test_a_bulk_act_that_fails_for_one_does_nothing_to_any(app: Flask, moderator: Visitor) -> None:
    there, gone = make_course(standing=Standing.WAITING), make_course(withdrawn_at=clock.now())
    moderator.post("/admin/courses/acts", status=422, act="approve", ids=[there.id, gone.id], bulk="1", confirmed="1")
    assert not now(there).listed


def test_at_most_a_hundred_things_are_acted_on_at_once(app: Flask, moderator: Visitor) -> None:
    moderator.post("/admin/courses/acts", status=400, act="hide", ids=list(range(1, 102)), bulk="1", confirmed="1")


def test_an_act_on_courses_that_never_were_is_not_found(app: Flask, moderator: Visitor) -> None:
    moderator.post("/admin/courses/acts", status=404, act="remove", ids=[999])
    moderator.get("/admin/courses/999", status=404)
    moderator.get("/admin/courses/999/edit", status=404)


def test_a_moderator_corrects_a_listing_and_unknown_codes_stay(app: Flask, moderator: Visitor) -> None:
    course = make_course(subject="field99999", licence="own-licence")
    form = moderator.get(f"/admin/courses/{course.id}/edit").page.xpath("//form[contains(@action, '/edit')]")[0]
    fields = dict(form.form_values()) | {"fullname": "Corrected", "demo_url": ""}
    fields.pop("csrf_token")
    moderator.post(f"/admin/courses/{course.id}/edit", **fields)
    course = now(course)
    assert (course.fullname, course.subject, course.licence) == ("Corrected", "field99999", "own-licence")
    history = moderator.get(f"/admin/courses/{course.id}").page.xpath("string(//table[contains(@class, 'events')])")
    assert "course edited" in history
    assert "Corrected" in history


@pytest.mark.parametrize(
    ("field", "value"),
    [("fullname", ""), ("course_url", "javascript:alert(1)"), ("publisher_email", "nobody"), ("fullname", "x" * 300)],
)
def test_a_correction_that_does_not_fit_changes_nothing(app: Flask, moderator: Visitor, field: str, value: str) -> None:
    course = make_course(fullname="As it was")
    fields = {"fullname": "Other", field: value}
    answer = moderator.post(f"/admin/courses/{course.id}/edit", status=422, **fields)
    assert answer.page.xpath(f"//ul[@id='{field}-errors']/li")
    assert now(course).fullname == "As it was"


def test_a_screenshot_is_taken_away_and_the_others_move_up(app: Flask, moderator: Visitor) -> None:
    course = make_course()
    for number in (1, 2):
        make_screenshot(course, picture(), number)
    db.session.commit()
    moderator.post(f"/admin/courses/{course.id}/screenshots/1/remove")
    assert now(course).screenshot_count == 1


def test_a_moderator_sees_files_that_wait_and_nobody_else_does(app: Flask, moderator: Visitor) -> None:
    course = make_course(kind=Kind.DOWNLOADABLE)
    make_backup(course, b"PK\x05\x06" + b"\0" * 18, waits=True)
    db.session.commit()
    links = moderator.get(f"/admin/courses/{course.id}").page.xpath("//a[contains(@href, 'waiting=1')]/@href")
    assert len(links) == 1
    assert moderator.send("GET", links[0]).status == 200
    assert Visitor(app.test_client()).send("GET", links[0]).status == 404


ACTS = "//main//form[@method='post' and not(contains(@action, '/export'))]"  # taking a list along changes nothing


def test_an_auditor_looks_at_everything_and_is_offered_no_act(app: Flask, auditor: Visitor) -> None:
    course = make_course(standing=Standing.WAITING)
    for path in ("/admin/courses", f"/admin/courses/{course.id}", "/admin/sites", f"/admin/sites/{course.site_id}"):
        assert auditor.get(path).page.xpath(ACTS) == [], path
    auditor.post("/admin/courses/acts", status=403, act="approve", ids=[course.id])
    assert not now(course).listed


@pytest.mark.parametrize(
    ("former", "ours"),
    [
        ("/local/hub/admin/managecourses.php", "/admin/courses"),
        ("/local/hub/admin/managecourses.php?courseid=7&visible=1&sesskey=x", "/admin/courses/7"),
        ("/local/hub/admin/managecourses.php?visibility=2&siteid=3", "/admin/courses?visibility=any&site=3"),
        ("/local/hub/admin/managecourses.php?visibility=all&siteid=3", "/admin/courses?visibility=any&site=3"),
        ("/local/hub/admin/managecourses.php?search=a&language=all", "/admin/courses?search=a"),
        ("/local/hub/admin/coursesettings.php?id=9", "/admin/courses/9"),
        ("/local/hub/admin/coursesettings.php?id=x", "/admin/courses"),
    ],
)
def test_b_50_the_originals_addresses_lead_to_ours(app: Flask, moderator: Visitor, former: str, ours: str) -> None:
    assert moderator.get(former, status=302).location == ours


def test_b_24_the_originals_addresses_never_act(app: Flask, moderator: Visitor) -> None:
    course = make_course()
    moderator.get(f"/local/hub/admin/managecourses.php?courseid={course.id}&visible=0&sesskey=x", status=302)
    bulk = f"bulkselect=bulkdelete&bulk-1={course.id}&confirm=1&sesskey=x"
    moderator.get(f"/local/hub/admin/managecourses.php?{bulk}", status=302)
    moderator.post(f"/local/hub/admin/managecourses.php?{bulk}", status=405)
    assert now(course).listed
