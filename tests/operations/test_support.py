"""The parts that other tests stand on."""

from __future__ import annotations

import smtplib
import socket
import urllib.request

import pytest
from playwright.sync_api import Page

from tests.support.moodle import MoodleSite
from tests.support.network import NetworkClosed
from tests.support.smtp import MailServer


def test_a_test_cannot_leave_the_machine() -> None:
    with socket.socket() as outside, pytest.raises(NetworkClosed, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


def test_the_moodle_site_remembers_who_came_back_with_a_token(moodle: MoodleSite) -> None:
    urllib.request.urlopen(f"{moodle.url}/admin/registration/confirmregistration.php?newtoken=abc").close()
    assert [hit.query["newtoken"] for hit in moodle.confirmations] == ["abc"]


def test_the_mail_server_keeps_what_it_is_given(mail_server: MailServer) -> None:
    with smtplib.SMTP("127.0.0.1", mail_server.port) as client:
        client.sendmail("a@example.org", ["b@example.org"], "Subject: hello\r\n\r\ntext\r\n")
    assert mail_server.messages[0]["Subject"] == "hello"


@pytest.mark.browser
def test_the_browser_opens_pages_of_this_machine(page: Page, moodle: MoodleSite) -> None:
    page.goto(moodle.url)
    assert page.title() == "A Moodle site"
