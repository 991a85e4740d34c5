"""The moderators' rooms in a real browser: nothing that axe finds, nothing cut off, first run and decisions by hand."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.courses import versions
from hub.courses.details import TEXT_COLUMNS, CourseDetails
from hub.courses.models import Course, Kind, Standing
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from hub.sites import matters
from hub.sites.models import MatterKind
from tests.factories import make_course, make_site
from tests.support.looking import assert_well_made, sign_in
from tests.support.pages import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror='window.struck = true'>"


@pytest.fixture
def rooms(app: Flask, server: Server) -> list[str]:
    """The rooms of a hub in use, and somebody who may open them all."""
    with transaction(db.session):  # which takes the write lock first: the server's worker writes too
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
        declared.change("hubenabled", "1")
        site = make_site(name="Long" * 40, description=HOSTILE, figures={"courses": 3, "participantnumberaverage": 2.5})
        waiting = make_course(site, fullname="Unbroken" * 25, standing=Standing.WAITING)
        changed = make_course(site, kind=Kind.DOWNLOADABLE, description=HOSTILE * 5, creator_notes=HOSTILE)
        _let_wait(changed)
        matters.open_matter(site, MatterKind.NEW_NAME, old="Before", new=site.name)
    things = [f"/admin/sites/{site.id}", f"/admin/courses/{waiting.id}", f"/admin/courses/{changed.id}"]
    lists = ["/admin/", "/admin/courses", "/admin/courses?visibility=any", "/admin/sites", "/admin/sites/matters"]
    others = ["/admin/events", "/admin/mail", "/admin/settings", "/admin/personal-data", "/account"]
    others += ["/admin/people", "/admin/environment", "/admin/directory", "/doctor"]
    return [*lists, *things, f"{things[0]}/edit", f"{things[1]}/edit", *others]


def _let_wait(course: Course) -> None:
    text = {name: getattr(course, name) for name in TEXT_COLUMNS} | {"description": "Other words", "outcomes": ["One"]}
    details = CourseDetails(
        course_id_on_site=course.course_id_on_site, kind=course.kind, delete_screenshots=True, **text
    )
    versions.hold(course, details, now=clock.now())


def test_every_room_is_well_made(window: Page, server: Server, rooms: list[str]) -> None:
    sign_in(window, server)
    for path in rooms:
        window.goto(server.url + path)
        assert_well_made(window)


def test_the_first_administrator_sets_the_hub_up_at_the_printed_address(window: Page, server: Server) -> None:
    printed = re.search(r"http://\S+/setup\?code=\S+", server.log)
    assert printed, server.log
    window.goto(printed[0])
    assert_well_made(window)
    window.get_by_label("User name").fill("ada")
    window.get_by_label("Mail address").fill("ada@hub.test")
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_label("Name of the hub").fill("Hub of the north")
    window.get_by_role("button", name="Open the hub").click()
    window.wait_for_url("**/admin/")
    expect(window.get_by_role("status")).to_contain_text("Your hub is open")
    assert_well_made(window)


def test_a_moderator_decides_by_keyboard_and_reads_first_what_will_happen(
    window: Page, server: Server, rooms: list[str]
) -> None:
    sign_in(window, server)
    window.goto(server.url + "/admin/courses")
    boxes = window.locator("input[name=ids]")
    boxes.first.focus()
    window.keyboard.press("Space")
    window.get_by_role("button", name="Approve").focus()
    window.keyboard.press("Enter")
    window.get_by_role("heading", name="Approve").wait_for()
    expect(window.locator(".effects li")).to_have_count(1)
    assert_well_made(window)
    window.get_by_label("Reason").fill("Good listing")
    window.get_by_role("button", name="Approve").press("Enter")
    window.wait_for_url(re.compile(r"/admin/courses\?*$"))
    expect(window.get_by_role("status")).to_have_text("Approved: 1.")
    expect(window.locator("input[name=ids]")).to_have_count(1)


def test_the_box_above_the_list_ticks_all_and_a_grave_act_needs_its_reason(
    page: Page, server: Server, rooms: list[str]
) -> None:
    sign_in(page, server)
    page.goto(server.url + "/admin/courses")
    page.locator("[data-selects]").check()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".effects li")).to_have_count(2)
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#reason:invalid")).to_have_count(1)
    page.get_by_role("link", name="Leave everything as it is").click()
    expect(page.locator("input[name=ids]")).to_have_count(2)
