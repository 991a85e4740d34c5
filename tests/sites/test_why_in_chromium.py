"""The checks in a site's room and the pages that explain, in a real browser: small and large, by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.courses.models import Standing
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from hub.sites import contact_link, moderation
from hub.sites.models import Hider, OutageStep, Reachability, Site, SiteCheck
from tests.factories import make_course, make_site
from tests.support.looking import assert_well_made, press, sign_in
from tests.support.pages import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def silent(app: Flask, server: Server) -> Site:
    """A site that has been silent for a month and was hidden for it, with a course that waits."""
    now = clock.now()
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
        declared.change("hubenabled", "1")
        declared.change("checksites", "0")  # nobody asks it while it is looked at
        site = make_site(
            name="Silent school " + "o" * 60,
            reachability=Reachability.UNREACHABLE,
            unreachable_since=now - timedelta(days=32),
            failure_count=36,
            outage_step=OutageStep.HIDDEN,
            outage_step_at=now - timedelta(days=2),
            checked_at=now,
        )
        make_course(site, standing=Standing.WAITING, fullname="Unbroken" * 20)
    with transaction(db.session):
        moderation.hide(site, by=COMMAND, hider=Hider.REACHABILITY)
        for days in range(40, -1, -1):
            db.session.add(_check(site, days))
    return site


def _check(site: Site, days: int) -> SiteCheck:
    reachable = days > 32
    states = {True: Reachability.REACHABLE, False: Reachability.UNREACHABLE if days < 29 else Reachability.FAILING}
    return SiteCheck(
        site_id=site.id,
        at=clock.now() - timedelta(days=days),
        reachable=reachable,
        counted=days != 5,
        state=states[reachable],
        status=200 if reachable else None,
        cause="" if reachable else "certificateinvalid",
        detail="" if reachable else "The certificate of the server ended on 2026-01-01.",
        seconds=0.4,
    )


def test_a_moderator_and_the_contact_see_why_a_silent_site_is_not_listed(
    window: Page, server: Server, silent: Site
) -> None:
    window.goto(contact_link.why_page(silent).replace("http://hub.test", server.url))
    expect(window.get_by_role("heading", level=1)).to_have_text("Why does the list of sites not name this site?")
    expect(window.get_by_role("row", name="has not answered for long")).to_contain_text("comes back by itself")
    assert_well_made(window)
    press(window.get_by_role("link", name="Unbroken"))
    expect(window.get_by_role("heading", level=1)).to_have_text("Why is this course not listed?")
    expect(window.get_by_role("row", name="It waits for a moderator")).to_contain_text("no")
    assert_well_made(window)
    sign_in(window, server)
    window.goto(f"{server.url}/admin/sites/{silent.id}#checks")
    section = window.locator("#checks")
    expect(section).to_contain_text("It has not answered since")
    expect(section.locator("rect")).to_have_count(60)
    press(section.get_by_text("Day by day"))
    expect(section.get_by_role("row").filter(has_text="does not answer lately").first).to_be_visible()
    assert_well_made(window)
    press(section.get_by_role("link", name="Why is it listed, or not?"))
    expect(window.get_by_role("row", name="has not answered for long")).to_contain_text("command")
    assert_well_made(window)
