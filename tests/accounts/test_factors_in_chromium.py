"""Second factors in a real browser, by keyboard: an app, a passkey in a virtual device, single sign-on."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from tests.support.looking import assert_well_made, press
from tests.support.oidc import CLIENT, SECRET, OidcProvider
from tests.support.pages import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    yield provider
    provider.stop()


@pytest.fixture
def hub(app: Flask, database: None, stopped_server: Server, provider: OidcProvider) -> Server:
    """A hub with a name, as passkeys want it, and with single sign-on."""
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    stopped_server.variables |= {
        "HUB_URL": f"http://localhost:{stopped_server.port}",
        "HUB_OIDC_ISSUER": provider.issuer,
        "HUB_OIDC_CLIENT_ID": CLIENT,
        "HUB_OIDC_CLIENT_SECRET": SECRET,
    }
    return stopped_server.start()


def give_password(page: Page, hub: Server) -> None:
    page.goto(f"{hub.url}/login")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")


def sign_out(page: Page) -> None:
    press(page.get_by_role("button", name="Sign out", exact=True).first)
    expect(page.get_by_text("You have signed out.")).to_be_visible()


def expect_inside(page: Page, hub: Server) -> None:
    page.wait_for_url("**/admin/")
    expect(page.get_by_role("link", name="ada")).to_be_visible()


def look(page: Page, heading: str) -> None:
    """Wait for the page of this heading, and look at it closely."""
    expect(page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()
    assert_well_made(page)


def set_up_app(page: Page, hub: Server) -> pyotp.TOTP:
    """The app of ada, after she has set it up."""
    page.goto(f"{hub.url}/account")
    look(page, "Your account")
    press(page.get_by_role("link", name="Manage second factors"))
    look(page, "Second factors")
    press(page.get_by_role("button", name="Set up an app"))
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    look(page, "Set up an authenticator app")
    totp = pyotp.TOTP((page.locator("#secret").text_content() or "").replace(" ", ""))
    page.get_by_label("Code", exact=True).fill(totp.now())
    page.keyboard.press("Enter")
    expect(page.locator("#codes li")).to_have_count(10)
    look(page, "Your recovery codes")
    press(page.get_by_role("link", name="I have kept them"))
    return totp


def expect_advice_without_scripts(page: Page) -> None:
    """Without scripts the page says that a passkey needs them, and offers no button."""
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False)
    unscripted = plain.new_page()
    unscripted.goto(page.url)
    expect(unscripted.get_by_text(re.compile("Passkeys need JavaScript"))).to_be_visible()
    expect(unscripted.locator("form[data-passkey]")).to_be_hidden()
    plain.close()


def test_an_app_a_passkey_and_single_sign_on_let_somebody_in_by_keyboard(
    window: Page, hub: Server, provider: OidcProvider
) -> None:
    page = window
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    give_password(page, hub)
    expect_inside(page, hub)
    totp = set_up_app(page, hub)

    press(page.get_by_role("link", name="Add a passkey"))
    look(page, "Add a passkey")
    page.get_by_label("Name").fill("Laptop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The passkey “Laptop” was added.")
    look(page, "Second factors")
    press(page.get_by_role("link", name="Add a passkey"))
    page.get_by_label("Name").fill("The same again")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This device has a passkey for your account already.")
    press(page.get_by_role("link", name="ada"))

    sign_out(page)
    give_password(page, hub)
    look(page, "Second step")
    page.get_by_label("Code", exact=True).fill(totp.at(int(time.time()) + 30))
    page.keyboard.press("Enter")
    expect_inside(page, hub)

    sign_out(page)
    page.goto(f"{hub.url}/login")
    look(page, "Sign in")
    press(page.get_by_role("link", name="Sign in with a passkey"))
    look(page, "Sign in with a passkey")
    expect_advice_without_scripts(page)
    devices.send("WebAuthn.setUserVerified", {**device, "isUserVerified": False})
    press(page.get_by_role("button", name="Sign in with a passkey"))
    expect(page.get_by_role("alert")).to_contain_text("Nothing was done")
    devices.send("WebAuthn.setUserVerified", {**device, "isUserVerified": True})
    press(page.get_by_role("button", name="Sign in with a passkey"))
    expect_inside(page, hub)

    sign_out(page)
    give_password(page, hub)
    press(page.get_by_role("button", name="Use a passkey"))
    expect_inside(page, hub)

    page.goto(f"{hub.url}/account")
    press(page.get_by_role("link", name="Single sign-on"))
    press(page.get_by_role("link", name="Link your account"))
    expect(page.get_by_role("heading", name="Is this you?")).to_be_visible()
    look(page, "Single sign-on")
    press(page.get_by_role("button", name="Yes, link my account"))
    expect(page.get_by_role("status")).to_have_text("Your account is linked.")
    sign_out(page)
    page.goto(f"{hub.url}/login")
    press(page.get_by_role("link", name="Sign in through"))
    expect_inside(page, hub)
