"""A Moodle site registers, publishes, is moderated, found and downloaded: by browser, on real parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import trustme
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.stories.site_at_work import SiteAtWork, a_backup, a_picture
from tests.support.browser import Complaints
from tests.support.moodle import MoodleSite
from tests.support.server import Server
from tests.support.smtp import MailServer

pytestmark = pytest.mark.browser

PASSWORD = "a sentence that nobody guesses"
SECRET = "k3JqWm0RbTz7YxLc5VnHs9PdFg2AeUi1moodle.example:8080"


def accessible(page: Page) -> None:
    """The page has no violation that axe can find."""
    violations = Axe().run(page).response["violations"]
    told = [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in violations]
    assert told == [], f"{page.url}: {told}"


def registration(hub: str, site: str, **more: str) -> str:
    """Where the site sends its administrator's browser."""
    told = {
        "token": SECRET,
        "url": site,
        "name": "Lycée Valmont & Söhne",
        "description": "Courses for all",
        "language": "fr",
        "contactname": "Ada Admin",
        "contactemail": "ada@valmont.example",
        "privacy": "linked",
        "countrycode": "FR",
    }
    return f"{hub}/local/hub/siteregistration.php?{urlencode(told | more)}"


def set_up(page: Page, server: Server) -> None:
    """The first-run page, at the address that the server printed."""
    printed = re.search(r"(\S+/setup\?code=\S+)", server.log)
    assert printed, server.log
    page.goto(printed[1])
    accessible(page)
    page.get_by_label("User name").fill("morgan")
    page.locator("input[name=email]").fill("morgan@hub.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=name]").fill("Schools of the valley")
    page.get_by_role("button", name="Open the hub").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def sign_in(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/login")
    accessible(page)
    page.locator("input[name=username]").fill("morgan")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.mark.usefixtures("complaints")
def test_a_site_registers_publishes_is_moderated_found_and_downloaded(
    server: Server, moodle: MoodleSite, mail_server: MailServer, page: Page, chromium: Browser, tmp_path: Path
) -> None:
    set_up(page, server)

    page.goto(registration(server.url, moodle.url))
    expect(page).to_have_url(re.compile(re.escape(f"{moodle.url}/admin/registration/confirmregistration.php")))
    (confirmation,) = moodle.confirmations
    assert confirmation.query["token"] == SECRET
    assert confirmation.query["hubname"] == "Schools of the valley"
    site = SiteAtWork(server.url, confirmation.query["newtoken"])
    assert site.call("hub_get_info")["sites"] == 1

    course_id = site.publish(
        fullname="L’algèbre des rivières", language="fr", description="Des cours d’eau en équations."
    )
    assert site.upload(a_picture(), filetype="screenshot", courseid=course_id, screenshotnumber=1) == 200
    backup = a_backup("rivières")
    assert site.upload(backup, filetype="backup", courseid=course_id) == 200

    visitor = chromium.new_context(accept_downloads=True)
    try:
        front = visitor.new_page()
        search(front, server, "algebre rivieres")
        expect(front.get_by_role("heading", name="Nothing")).to_be_visible()

        approve(page, server, "L’algèbre des rivières")

        search(front, server, "algebre rivieres")
        accessible(front)
        front.get_by_role("link", name="L’algèbre des rivières").click()
        expect(front.get_by_role("heading", level=1)).to_have_text("L’algèbre des rivières")
        accessible(front)
        with front.expect_download() as download:
            front.get_by_role("link", name=re.compile("^Download")).click()
        target = tmp_path / "taken.mbz"
        download.value.save_as(target)
        assert target.read_bytes() == backup
        assert download.value.suggested_filename.endswith(".mbz")
    finally:
        visitor.close()

    mail_server.wait_for(lambda mails: any("Lycée Valmont" in mail.get_content() for mail in mails))
    (listed,) = site.call("hub_get_courses", search="", downloadable=1, enrollable=1, **{"options[allsitecourses]": 1})[
        "courses"
    ]
    assert (listed["id"], listed["privacy"]) == (course_id, 1)


def approve(page: Page, server: Server, title: str) -> None:
    """A moderator signs in, finds the course in the queue and approves it."""
    page.goto(server.url)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, server)
    page.goto(f"{server.url}/admin/courses")
    accessible(page)
    page.get_by_role("main").get_by_role("link", name=title).first.click()
    accessible(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: 1.")).to_be_visible()


def search(page: Page, server: Server, words: str) -> None:
    """A visitor searches with the keyboard alone."""
    page.goto(server.url)
    page.get_by_role("searchbox").first.focus()
    page.keyboard.type(words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def secure_server(server: Server, tmp_path: Path) -> Iterator[Server]:
    """The same hub over TLS, with a certificate of a private authority."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    (tmp_path / "key.pem").write_bytes(certificate.private_key_pem.bytes())
    (tmp_path / "cert.pem").write_bytes(b"".join(each.bytes() for each in certificate.cert_chain_pems))
    server.stop()
    variables = {
        **server.variables,
        "HUB_TLS_CERT": str(tmp_path / "cert.pem"),
        "HUB_TLS_KEY": str(tmp_path / "key.pem"),
    }
    secure = Server(server.data_dir, variables).start()
    yield secure
    secure.stop()


def test_over_tls_forms_are_accepted_and_lead_back_to_the_site(
    secure_server: Server, moodle: MoodleSite, chromium: Browser
) -> None:
    """The check of where a form comes from, and the policy on where it may lead, only show over https."""
    context: BrowserContext = chromium.new_context(ignore_https_errors=True)
    complaints = Complaints()
    complaints.watch(context)
    page = context.new_page()
    try:
        secure_server.command("create-admin", "morgan", "morgan@hub.example", "--password-stdin", text=PASSWORD)
        secure_server.open_for_everybody()
        sign_in(page, secure_server)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()

        page.goto(registration(secure_server.url, moodle.url))
        copy = MoodleSite("127.0.0.2")
        try:
            page.goto(registration(secure_server.url, copy.url))
            accessible(page)
            page.get_by_role("button", name=re.compile("copy|new site", re.IGNORECASE)).first.click()
            expect(page).to_have_url(re.compile(re.escape(f"{copy.url}/admin/registration/renewregistration.php")))
            (renewal,) = copy.renewals
            assert renewal.query["token"] == SECRET
        finally:
            copy.stop()
    finally:
        context.close()
    assert complaints.unexpected == []
