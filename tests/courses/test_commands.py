"""What operators do with courses at the command line."""

from __future__ import annotations

import json

from flask import Flask

from hub.courses.models import Kind, Standing
from hub.extensions import db
from hub.sites.models import Site
from tests.courses.sending import picture
from tests.factories import make_backup, make_course, make_screenshot


def hub(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["courses", *arguments])
    db.session.rollback()
    db.session.expire_all()
    return done.exit_code, done.output


def test_courses_are_listed_for_programs(app: Flask, site: Site) -> None:
    course = make_course(site, fullname="Übungen")
    status, output = hub(app, "list", "--json")
    assert status == 0
    assert json.loads(output) == [
        {"id": course.id, "site_id": site.id, "fullname": "Übungen", "kind": "enrollable", "state": "visible"}
    ]


def test_courses_are_listed_for_people(app: Flask, site: Site) -> None:
    make_course(site, fullname="Übungen", standing=Standing.WAITING)
    _status, output = hub(app, "list")
    assert "Übungen" in output
    assert "waiting" in output


def test_only_what_waits_can_be_listed(app: Flask, site: Site) -> None:
    make_course(site)
    waiting = make_course(site, standing=Standing.WAITING, fullname="Algebra")
    ids = [each["id"] for each in json.loads(hub(app, "list", "--waiting", "--json")[1])]
    assert ids == [waiting.id]
    assert json.loads(hub(app, "list", "--waiting", "--search", "geometry", "--json")[1]) == []


def test_a_course_is_shown_with_all_that_waits_and_hidden_and_removed(app: Flask, site: Site) -> None:
    course = make_course(site, kind=Kind.DOWNLOADABLE, backup=None)
    make_backup(course, waits=True)
    db.session.commit()
    status, output = hub(app, "show", str(course.id), "--reason", "fine")
    assert (status, course.listed) == (0, True)
    assert "state: visible" in output
    assert hub(app, "hide", str(course.id))[0] == 0
    assert not course.listed
    assert hub(app, "remove", str(course.id), "--reason", "spam")[0] == 0
    assert course.removed_at is not None
    assert json.loads(hub(app, "list", "--json")[1]) == []


def test_what_waits_is_refused_a_listing_corrected_and_a_screenshot_taken_away(app: Flask, site: Site) -> None:
    waiting, shown = make_course(site, standing=Standing.WAITING), make_course(site)
    make_screenshot(shown, picture())
    db.session.commit()
    assert hub(app, "refuse", str(waiting.id), "--reason", "spam")[0] == 0
    assert waiting.standing is Standing.HIDDEN
    assert hub(app, "edit", str(shown.id), "--fullname", "Algebra", "--licence", "public")[0] == 0
    assert (shown.fullname, shown.licence) == ("Algebra", "public")
    assert hub(app, "remove-screenshot", str(shown.id), "1")[0] == 0
    assert shown.screenshot_count == 0
    status, output = hub(app, "edit", str(shown.id), "--course-url", "javascript:alert(1)")
    assert (status, output.count("\n")) == (1, 1)


def test_an_unknown_course_is_one_clear_line_and_a_status(app: Flask, site: Site) -> None:
    status, output = hub(app, "show", "4711")
    assert status != 0
    assert "There is no course 4711 here" in output
    assert "Traceback" not in output
