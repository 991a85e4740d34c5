"""The life of an account in a real browser, by keyboard alone, on a phone and at a desk."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.accounts.models import UserSession
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from tests.support.looking import assert_well_made, press, sign_in
from tests.support.pages import PASSWORD
from tests.support.server import Server
from tests.support.smtp import MailServer

pytestmark = pytest.mark.browser


def link_in(mail_server: MailServer, to: str) -> str:
    """The link of the newest mail to somebody."""
    received = mail_server.wait_for(lambda mails: any(mail["To"] == to for mail in mails))
    body = next(mail for mail in reversed(received) if mail["To"] == to).get_body(("plain",))
    assert body is not None
    return re.findall(r"^http\S+token=\S+$", body.get_content(), re.MULTILINE)[-1]


def test_from_an_invitation_to_signing_the_other_browser_out(
    app: Flask, window: Page, server: Server, mail_server: MailServer, chromium: Browser
) -> None:
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    sign_in(window, server)
    _let_the_proof_grow_old()
    _invite(window, server)
    _accept(window, link_in(mail_server, "new@hub.test"))
    other = chromium.new_context()
    _sign_in_elsewhere(other.new_page(), server)
    _sign_the_other_out(window, server)
    page = other.pages[0]
    page.goto(server.url + "/account")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    other.close()


def _let_the_proof_grow_old() -> None:
    with transaction(db.session):
        db.session.execute(sa.update(UserSession).values(proved_at=clock.now() - timedelta(hours=1)))


def _invite(window: Page, server: Server) -> None:
    window.goto(f"{server.url}/admin/people")
    assert_well_made(window)
    press(window.get_by_role("link", name="Invite somebody"))
    window.get_by_label("Mail address").fill("new@hub.test")
    window.get_by_label("administrator").focus()
    window.keyboard.press("ArrowDown")
    assert_well_made(window)
    press(window.get_by_role("button", name="Send the invitation"))
    expect(window.get_by_role("heading", name="Is it you?")).to_be_visible()
    assert_well_made(window)
    window.get_by_label("Password of ada").fill(PASSWORD)
    window.keyboard.press("Enter")
    expect(window.get_by_role("status")).to_contain_text("on its way to new@hub.test")
    expect(window.get_by_role("button", name="Withdraw: new@hub.test")).to_be_visible()
    assert_well_made(window)
    for path in ("/admin/people/1", "/admin/people/roles", "/admin/environment"):
        window.goto(server.url + path)
        assert_well_made(window)
    press(window.get_by_role("button", name="Sign out"))
    expect(window.get_by_role("status")).to_contain_text("signed out")


def _accept(window: Page, link: str) -> None:
    window.goto(link)
    expect(window.get_by_text("You were invited as moderator")).to_be_visible()
    assert_well_made(window)
    window.get_by_label("User name").fill("newcomer")
    window.get_by_label("Password").fill(PASSWORD)
    window.keyboard.press("Enter")
    expect(window.get_by_role("status")).to_contain_text("Your account is open")
    window.get_by_label("User name").fill("newcomer")
    window.get_by_label("Password").fill(PASSWORD)
    window.keyboard.press("Enter")
    expect(window.get_by_role("heading", name="Overview")).to_be_visible()


def _sign_in_elsewhere(page: Page, server: Server) -> None:
    page.goto(server.url + "/login")
    page.get_by_label("User name").fill("newcomer")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def _sign_the_other_out(window: Page, server: Server) -> None:
    window.goto(server.url + "/account")
    expect(window.get_by_text("Chromium on Linux")).to_have_count(2)
    assert_well_made(window)
    press(window.get_by_role("button", name="Sign out Chromium on Linux"))
    expect(window.get_by_role("status")).to_contain_text("That session has ended")
    expect(window.get_by_text("Chromium on Linux")).to_have_count(1)
    expect(window.get_by_text("this browser")).to_be_visible()


def test_a_forgotten_password_is_chosen_anew(app: Flask, page: Page, server: Server, mail_server: MailServer) -> None:
    with transaction(db.session):
        people.create("ada", "ada@hub.test", "the one that was forgotten", Role.ADMINISTRATOR, by=COMMAND)
    page.goto(server.url + "/login")
    press(page.get_by_role("link", name="Password forgotten?"))
    assert_well_made(page)
    page.get_by_label("User name or mail address").fill("ada@hub.test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("a mail is on its way")
    page.goto(link_in(mail_server, "ada@hub.test"))
    assert_well_made(page)
    page.get_by_label("New password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Sign in with the new one")
    sign_in(page, server)
