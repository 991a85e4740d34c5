"""What moderators do with courses."""

from __future__ import annotations

import pytest
from flask import Flask

from hub import clock
from hub.courses import files, listing, moderation, versions
from hub.courses.details import CourseDetails
from hub.courses.models import Course, Kind, Standing
from hub.events.models import EventDetails, EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.sites.models import Site
from tests.courses.calling import to_advertise
from tests.courses.conftest import Counting
from tests.courses.sending import picture
from tests.factories import make_backup, make_course, make_screenshot, make_site


def last_event() -> tuple[str, dict[str, object]]:
    row = db.session.scalars(db.select(EventRow).order_by(EventRow.id.desc()).limit(1)).one()
    return row.kind, db.session.get_one(EventDetails, row.id).details


def test_approval_shows_a_course_with_all_that_waits(site: Site) -> None:
    course = make_course(site, kind=Kind.DOWNLOADABLE, backup=None, standing=Standing.WAITING)
    moderation.approve(course, by=COMMAND)
    assert (course.standing, course.listed) == (Standing.SHOWN, False)
    make_backup(course, waits=True)
    moderation.approve(course, by=COMMAND)
    assert course.listed


def test_approval_of_a_change_is_in_the_log_with_its_reason(site: Site) -> None:
    course = make_course(site)
    versions.hold(course, CourseDetails.parse(to_advertise()), now=clock.now())
    moderation.approve(course, by=COMMAND, reason="better")
    assert last_event() == (Event.COURSE_CHANGE_APPROVED, {"reason": "better", "version": 1})


def test_approval_makes_what_trust_had_shown_independent_of_the_trust(open_hub: Flask) -> None:
    course = make_course(make_site(trusted=True), standing=Standing.TRUSTED)
    moderation.approve(course, by=COMMAND)
    assert course.standing is Standing.SHOWN


def test_showing_a_course_leaves_its_change_waiting(site: Site) -> None:
    course = make_course(site, standing=Standing.HIDDEN)
    versions.hold(course, CourseDetails.parse(to_advertise()), now=clock.now())
    moderation.show(course, by=COMMAND)
    assert course.listed
    assert versions.find_waiting(course) is not None


def test_corrections_are_kept_clean_and_told_b_10(site: Site) -> None:
    course = make_course(site, fullname="Algbra")
    moderation.edit(course, {"fullname": "<b>Algebra</b>", "language": course.language, "listed": False}, by=COMMAND)
    assert (course.fullname, course.listed) == ("Algebra", True)
    assert last_event() == (Event.COURSE_EDITED, {"old": {"fullname": "Algbra"}, "new": {"fullname": "Algebra"}})


def test_a_correction_that_changes_nothing_leaves_no_trace(site: Site) -> None:
    course = make_course(site)
    moderation.edit(course, {"fullname": course.fullname}, by=COMMAND)
    assert db.session.scalar(db.select(db.func.count()).select_from(EventRow)) == 0


def test_a_removed_course_is_gone_with_its_files_b_09(site: Site) -> None:
    course = make_course(site, kind=Kind.DOWNLOADABLE)
    make_screenshot(course, picture())
    moderation.remove(course, by=COMMAND, reason="stolen")
    assert (course.listed, files.backup(course), files.screenshots(course)) == (False, None, [])
    assert last_event() == (Event.COURSE_REMOVED, {"fullname": course.fullname, "reason": "stolen"})
    with pytest.raises(listing.CourseGone):
        listing.get(course.id)


def test_nothing_can_be_decided_about_a_course_that_is_gone(site: Site) -> None:
    course = make_course(site, withdrawn_at=clock.now())
    for act in (moderation.approve, moderation.refuse, moderation.show, moderation.hide):
        with pytest.raises(listing.CourseGone):
            act(course, by=COMMAND)
    with pytest.raises(listing.CourseGone):
        moderation.edit(course, {"fullname": "x"}, by=COMMAND)


def test_removing_what_is_gone_already_is_no_error(site: Site) -> None:
    course = make_course(site)
    moderation.remove(course, by=COMMAND)
    moderation.remove(course, by=COMMAND)
    assert db.session.scalar(db.select(db.func.count()).select_from(EventRow)) == 1


def test_many_courses_are_decided_at_once_and_no_others_t65(open_hub: Flask) -> None:
    courses = [make_course(standing=Standing.WAITING) for _ in range(4)]
    moderation.approve_all(courses[:3], by=COMMAND, reason="all fine")
    assert [course.listed for course in courses] == [True, True, True, False]
    moderation.hide_all(courses[:2], by=COMMAND)
    assert [course.listed for course in courses] == [False, False, True, False]
    moderation.remove_all(courses[2:], by=COMMAND)
    assert [course.live for course in courses] == [True, True, False, False]
    kinds = db.session.scalars(db.select(EventRow.kind)).all()
    assert [kinds.count(kind) for kind in (Event.COURSE_SHOWN, Event.COURSE_HIDDEN, Event.COURSE_REMOVED)] == [3, 2, 2]


def test_one_that_is_gone_stops_the_whole_decision(open_hub: Flask) -> None:
    courses = [make_course(standing=Standing.WAITING), make_course(withdrawn_at=clock.now())]
    with pytest.raises(listing.CourseGone):
        moderation.show_all(courses, by=COMMAND)
    db.session.rollback()
    assert not courses[0].listed


def test_removing_a_sites_courses_leaves_the_others(site: Site) -> None:
    mine, other = make_course(site), make_course()
    moderation.remove_all_of(site, by=COMMAND, reason="site removed")
    assert (mine.live, other.live) == (False, True)


def test_hiding_many_courses_takes_as_many_updates_as_hiding_one(open_hub: Flask, statements: Counting) -> None:
    updates = []
    for number in (1, 8):
        courses = [make_course() for _ in range(number)]
        with statements() as seen:
            moderation.hide_all(courses, by=COMMAND)
        updates.append(len([each for each in seen if each.startswith(("UPDATE course SET listed", "UPDATE totals"))]))
        db.session.commit()
    assert updates == [2, 2]


def test_the_queue_holds_new_courses_changes_and_files_the_longest_waiting_first(open_hub: Flask) -> None:
    def course(**values: object) -> Course:
        return make_course(**values)

    new = course(standing=Standing.WAITING)
    changed, sent = course(), course()
    versions.hold(changed, CourseDetails.parse(to_advertise()), now=clock.now())
    make_screenshot(sent, picture(), waits=True)
    course()
    hidden = course(standing=Standing.HIDDEN)
    make_screenshot(hidden, picture(), waits=True)
    course(standing=Standing.WAITING, withdrawn_at=clock.now())
    assert db.session.scalars(moderation.waiting()).all() == [new, changed, sent]


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "visible"),
        ({"standing": Standing.WAITING}, "waiting"),
        ({"standing": Standing.HIDDEN}, "hidden"),
        ({"kind": Kind.DOWNLOADABLE, "backup": None}, "not visible"),
        ({"withdrawn_at": clock.now()}, "withdrawn"),
        ({"removed_at": clock.now()}, "removed"),
    ],
)
def test_the_state_of_a_course_has_one_word(app: Flask, values: dict[str, object], state: str) -> None:
    assert listing.state(make_course(**values)) == state
