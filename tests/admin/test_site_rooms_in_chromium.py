"""A moderator's way through the site rooms, by keyboard: list, filter, view, bulk act, undo, page, note, priority."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from tests.factories import make_site
from tests.support.looking import assert_well_made, press, sign_in, tick
from tests.support.pages import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def sites(app: Flask, server: Server) -> None:
    with transaction(db.session):  # which takes the write lock first: the server's worker writes too
        people.create("ada", "ada@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)
    for number in range(55):
        country = "NO" if number < 3 else "DE"
        make_site(
            name=f"School {number:02}", country_code=country, confirmed_at=clock.now(), figures={"courses": number}
        )


def test_a_moderator_finds_sites_acts_on_many_takes_it_back_and_prioritises_one_until_a_day(
    window: Page, server: Server, sites: None
) -> None:
    sign_in(window, server)
    list_and_act(window, server)
    note_and_prioritise(window, server)


def list_and_act(window: Page, server: Server) -> None:
    window.goto(f"{server.url}/admin/sites")
    assert_well_made(window)
    press(window.get_by_role("link", name="Next"))
    expect(window.locator("input[name=ids]")).to_have_count(5)
    press(window.get_by_role("link", name="First"))
    window.get_by_label("Country").select_option("NO")
    press(window.get_by_role("button", name="Filter", exact=True).first)
    expect(window.locator("input[name=ids]")).to_have_count(3)
    press(window.get_by_text("Save this view, or change your views"))
    window.get_by_label("Name", exact=True).fill("The north")
    press(window.get_by_role("button", name="Save this view"))
    expect(window.get_by_role("link", name="The north")).to_have_attribute("aria-current", "page")
    assert_well_made(window)
    for number in (0, 2):
        tick(window.locator("input[name=ids]").nth(number))
    press(window.get_by_role("button", name="Trust", exact=True))
    expect(window.locator(".effects li")).to_have_count(2)
    press(window.get_by_role("button", name="Trust", exact=True))
    expect(window.get_by_role("status")).to_contain_text("Trusted: 2.")
    expect(window.get_by_text("trusted", exact=True)).to_have_count(2)
    assert_well_made(window)
    press(window.get_by_role("button", name="Undo"))
    expect(window.get_by_role("status")).to_contain_text("Undone: 2.")
    expect(window.get_by_text("trusted", exact=True)).to_have_count(0)


def note_and_prioritise(window: Page, server: Server) -> None:
    window.goto(f"{server.url}/admin/sites?search=school+07")
    press(window.get_by_role("link", name="School 07"))
    window.get_by_label("New note").fill("Spoke to them.\n<b>Kind</b> people.")
    press(window.get_by_role("button", name="Keep the note"))
    expect(window.locator(".note-text")).to_have_text("Spoke to them.\n<b>Kind</b> people.")
    press(window.get_by_role("button", name="Prioritise"))
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    window.get_by_label("Until the end of").fill(day)
    window.get_by_label("Reason").fill("The festival")
    assert_well_made(window)
    press(window.get_by_role("button", name="Prioritise"))
    window.wait_for_url(re.compile(r"/admin/sites/\d+$"))
    expect(window.get_by_role("status")).to_contain_text("Prioritised: 1.")
    expect(window.locator("#standing")).to_contain_text("until ")
    expect(window.get_by_role("heading", name="Can be undone")).to_be_visible()
    assert_well_made(window)
