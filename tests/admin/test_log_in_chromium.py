"""The rooms of events, mails and personal data by keyboard, on a phone and at a desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.jobs import check_events
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration import mails
from tests.factories import make_site
from tests.support.looking import assert_well_made, press, sign_in
from tests.support.pages import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def server(app: Flask, server: Server) -> Server:
    """A hub with somebody who may open all rooms, a mail and a contact."""
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
        mails.site_welcome(make_site(name="School", contact_name="Bea", contact_email="bea@example.org"))
    check_events()
    return server


def test_events_are_found_and_taken_along_a_mail_is_read_and_a_person_is_erased(
    window: Page, server: Server, tmp_path: Path
) -> None:
    sign_in(window, server)
    window.goto(f"{server.url}/admin/events")
    expect(window.get_by_text("are there as they were written")).to_be_visible()
    assert_well_made(window)
    window.get_by_label("What").select_option("user created")
    press(window.get_by_role("button", name="Filter"))
    expect(window.locator("tbody tr")).to_have_count(1)
    with window.expect_download() as download:
        press(window.get_by_role("button", name="Download as JSON"))
    download.value.save_as(tmp_path / "events.json")
    assert [each["kind"] for each in json.loads((tmp_path / "events.json").read_text())] == ["user created"]

    window.goto(f"{server.url}/admin/mail")
    press(window.get_by_role("link", name="your Moodle site is registered"))
    expect(window.locator("pre")).to_contain_text("has registered with")
    assert_well_made(window)
    press(window.get_by_role("link", name="See it as HTML"))
    expect(window.get_by_text("has registered with")).to_be_visible()
    assert_well_made(window)

    window.goto(f"{server.url}/admin/personal-data")
    window.get_by_label("Mail address").fill("bea@example.org")
    window.keyboard.press("Enter")
    expect(window.get_by_role("heading", name="What is kept about bea@example.org")).to_be_visible()
    assert_well_made(window)
    press(window.get_by_role("button", name="Erase this person"))
    expect(window.get_by_role("status")).to_contain_text("Erased from")
    assert_well_made(window)
