"""When a course can be seen, and what follows when that changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from flask import Flask

from hub import clock
from hub.courses import moderation, publication, visibility
from hub.courses.models import Course, Kind, Standing
from hub.events.models import EventRow
from hub.events.record import COMMAND, TRUST, Event
from hub.extensions import db
from hub.sites import moderation as sites
from hub.sites import totals
from hub.sites.models import Site, SiteState
from tests.factories import make_backup, make_course, make_site


@pytest.fixture
def told() -> Iterator[list[int]]:
    """The ids that followers were told about."""
    heard: list[int] = []

    def listen(course_ids: Sequence[int]) -> None:
        heard.extend(course_ids)

    visibility.followers.append(listen)
    yield heard
    visibility.followers.remove(listen)


def listed(course: Course) -> bool:
    db.session.expire(course)
    return course.listed


def broken_rules(course: Course) -> list[str]:
    return [answer.rule.name for answer in visibility.why(course.id) if not answer.holds]


@pytest.mark.parametrize(
    ("values", "broken"),
    [
        ({}, []),
        ({"standing": Standing.TRUSTED}, []),
        ({"standing": Standing.WAITING}, ["shown"]),
        ({"standing": Standing.HIDDEN}, ["shown"]),
        ({"withdrawn_at": clock.now()}, ["published"]),
        ({"removed_at": clock.now()}, ["kept"]),
        ({"kind": Kind.DOWNLOADABLE}, []),
        ({"kind": Kind.DOWNLOADABLE, "backup": None}, ["backup"]),
        ({"kind": Kind.ENROLLABLE, "backup": None}, []),
    ],
)
def test_a_course_is_listed_exactly_when_no_rule_is_broken(
    app: Flask, values: dict[str, Any], broken: list[str]
) -> None:
    course = make_course(**values)
    assert broken_rules(course) == broken
    assert course.listed is (broken == [])


@pytest.mark.parametrize(
    ("values", "broken"), [({"visible": False}, ["site visible"]), ({"state": SiteState.REMOVED}, ["site live"])]
)
def test_a_course_of_a_hidden_or_departed_site_is_not_listed(
    app: Flask, values: dict[str, Any], broken: list[str]
) -> None:
    course = make_course(make_site(**values))
    assert broken_rules(course) == broken
    assert not course.listed


def test_every_rule_has_a_sentence_for_either_answer_and_says_who_can_change_it(app: Flask) -> None:
    course = make_course(standing=Standing.WAITING)
    for answer in visibility.why(course.id):
        assert str(answer.sentence).endswith(".")
        assert str(answer.rule.changed_by).endswith(".")
    assert "It waits for a moderator to look at it." in [str(a.sentence) for a in visibility.why(course.id)]


def test_nothing_is_said_about_a_course_that_never_was(app: Flask) -> None:
    assert visibility.why(4711) == []


def test_a_moderator_shows_and_hides_a_course_and_both_are_in_the_log(app: Flask) -> None:
    course = make_course(standing=Standing.WAITING)
    visibility.show(course, by=COMMAND, reason="good")
    assert listed(course)
    visibility.hide(course, by=COMMAND, reason="bad")
    assert not listed(course)
    assert course.standing is Standing.HIDDEN
    kinds = db.session.scalars(db.select(EventRow.kind).where(EventRow.subject_type == "course")).all()
    assert kinds == [Event.COURSE_SHOWN, Event.COURSE_HIDDEN]


def test_showing_what_is_shown_already_leaves_no_second_event(app: Flask) -> None:
    course = make_course()
    visibility.show(course, by=COMMAND)
    assert db.session.scalar(db.select(db.func.count()).select_from(EventRow)) == 0


def test_trust_shows_a_course_as_shown_by_trust(app: Flask) -> None:
    course = make_course(standing=Standing.WAITING)
    visibility.show(course, by=TRUST)
    assert course.standing is Standing.TRUSTED
    assert listed(course)


def test_totals_count_listed_courses_of_each_kind_t40_t41(app: Flask) -> None:
    advertised, shared = make_course(), make_course(kind=Kind.DOWNLOADABLE)
    make_course(standing=Standing.HIDDEN)
    make_course(kind=Kind.DOWNLOADABLE, backup=None)
    now = totals.read()
    assert (now.enrollable_count, now.downloadable_count) == (1, 1)
    visibility.hide(shared, by=COMMAND)
    publication.unpublish(advertised)
    now = totals.read()
    assert (now.enrollable_count, now.downloadable_count) == (0, 0)


def test_followers_hear_of_exactly_the_courses_whose_listing_changed(app: Flask, told: list[int]) -> None:
    course, other = make_course(), make_course()
    told.clear()
    visibility.hide(course, by=COMMAND)
    assert told == [course.id]
    visibility.refresh(Course.id == other.id)
    assert told == [course.id]


def test_followers_hear_in_portions_that_a_statement_can_hold(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    portions: list[int] = []

    def listen(ids: Sequence[int]) -> None:
        portions.append(len(ids))

    monkeypatch.setattr(visibility, "MOST_TOLD", 2)
    monkeypatch.setattr(visibility, "followers", [listen])
    visibility.tell([1, 2, 3, 4, 5])
    assert portions == [2, 2, 1]


def test_hiding_and_showing_a_site_takes_its_courses_along(app: Flask, told: list[int]) -> None:
    site = make_site()
    course, waiting = make_course(site), make_course(site, standing=Standing.WAITING)
    told.clear()
    sites.hide(site, by=COMMAND)
    assert not listed(course)
    sites.show(site, by=COMMAND)
    assert listed(course)
    assert not listed(waiting)
    assert told == [course.id, course.id]


def test_trust_shows_what_waits_and_its_end_hides_what_trust_alone_had_shown_t42(app: Flask) -> None:
    site = make_site(confirmed_at=clock.now())
    approved, waiting = make_course(site), make_course(site, standing=Standing.WAITING)
    hidden = make_course(site, standing=Standing.HIDDEN)
    sites.trust(site, by=COMMAND)
    assert listed(waiting)
    assert not listed(hidden)
    sites.untrust(site, by=COMMAND)
    assert not listed(waiting)
    assert listed(approved)
    assert waiting.standing is Standing.WAITING


def test_trust_also_lets_waiting_changes_through(app: Flask) -> None:
    site = make_site(confirmed_at=clock.now())
    course = make_course(site, kind=Kind.DOWNLOADABLE, backup=None)
    make_backup(course, waits=True)
    db.session.commit()
    sites.trust(site, by=COMMAND)
    assert listed(course)


def test_a_claimed_move_does_not_empty_a_trusted_sites_listing(app: Flask) -> None:
    site = make_site(trusted=True, confirmed_at=clock.now())
    course = make_course(site, standing=Standing.TRUSTED)
    sites.pause_trust(site)
    assert listed(course)
    sites.hide(site, by=COMMAND)
    sites.show(site, by=COMMAND)
    assert listed(course)
    sites.resume_trust(site)
    assert listed(course)


def test_followers_hear_of_a_new_rank(app: Flask, told: list[int]) -> None:
    site: Site = make_site(trusted=True, confirmed_at=clock.now())
    course = make_course(site)
    make_course(site, standing=Standing.HIDDEN)
    told.clear()
    sites.prioritise(site, by=COMMAND)
    assert told == [course.id]


def test_a_moderators_hide_survives_everything_that_the_site_does(app: Flask) -> None:
    site = make_site(confirmed_at=clock.now())
    course = make_course(site)
    moderation.hide(course, by=COMMAND)
    sites.trust(site, by=COMMAND)
    assert not listed(course)
    assert course.standing is Standing.HIDDEN
