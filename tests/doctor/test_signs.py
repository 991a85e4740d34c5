"""Is it a Moodle, and which?"""

from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from hub.doctor import signs
from hub.outgoing.answers import Answer
from tests.doctor.faulty import OLD_PAGE, PAGE


def read(body: bytes, **headers: str) -> signs.Signs:
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return signs.read(Answer(200, "http://moodle.test/", named, body, (), public=True))


def test_a_moodle_is_known_by_its_cookie_or_its_page() -> None:
    assert read(b"<html></html>", set_cookie="MoodleSessionabc=1; path=/").moodle
    assert read(PAGE).moodle
    assert read(OLD_PAGE).moodle
    assert read(b"<script>M.cfg = {}</script><link href='/theme/styles.php/boost/1/all'>").moodle
    assert not read(b"<html><p>A shop that links to /login/index.php</p></html>", set_cookie="PHPSESSID=1").moodle


@pytest.mark.parametrize(
    ("version", "release"),
    [("33/en", "3.3"), ("de/311", "3.11"), ("311/de", "3.11"), ("405/en", "4.5"), ("29/en", "2.9"), ("500/en", "5.0")],
)
def test_the_release_is_read_from_links_to_the_documentation(version: str, release: str) -> None:
    assert read(f"<a href='https://docs.moodle.org/{version}/x'>".encode()).release == release


def test_the_site_tells_under_which_address_it_knows_itself() -> None:
    assert read(PAGE.replace(b"%s", rb"https:\/\/real.test\/moodle")).wwwroot == "https://real.test/moodle"
    assert read(PAGE.replace(b"%s", rb"https:\/\/\ud800broken\x")).wwwroot == ""


@pytest.mark.parametrize(
    ("body", "mistaken"),
    [
        (b"<p>Error: Database connection failed</p>", "errorpage"),
        (b"<b>Fatal error</b>:  Uncaught Error in lib/setup.php", "errorpage"),
        (b"<title>502 Bad Gateway</title>", "errorpage"),
        (b"<title>Welcome to nginx!</title>", "placeholder"),
        (b"<title>Index of /</title>", "placeholder"),
        (b"This site is undergoing maintenance", "maintenance"),
        (b"<p>We teach error handling and maintenance</p>", ""),
    ],
)
def test_errors_and_welcome_pages_with_status_200_are_recognised(body: bytes, mistaken: str) -> None:
    assert read(body).mistaken == mistaken


@pytest.mark.timeout(60)  # a pattern that looks back would take hours
@pytest.mark.parametrize("piece", [b"<meta ", b"<title>", b"M.cfg = {", b'"', b"<title> " * 2, b"\xff"])
def test_no_page_makes_the_reading_long(piece: bytes) -> None:
    assert not read(piece * (600_000 // len(piece))).release
