"""What somebody typed as an address, understood or explained."""

from __future__ import annotations

import pytest

from hub.doctor import reading, wording
from hub.doctor.findings import Verdict


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://moodle.example.org", "https://moodle.example.org"),
        ("  https://moodle.example.org/moodle/ ", "https://moodle.example.org/moodle/"),
        ("<http://moodle.example.org:8080>", "http://moodle.example.org:8080"),
        ("https://schule.müller.example", "https://schule.müller.example"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
    ],
)
def test_a_good_address_is_left_alone(typed: str, url: str) -> None:
    read = reading.read(typed)
    assert (read.url, read.finding.verdict, read.finding.cause) == (url, Verdict.GOOD, "url")


@pytest.mark.parametrize(
    ("typed", "url", "cause"),
    [
        ("moodle.example.org", "https://moodle.example.org", "url-noscheme"),
        ("//moodle.example.org/x", "https://moodle.example.org/x", "url-noscheme"),
        ("moodle.example.org:8080", "https://moodle.example.org:8080", "url-noscheme"),
        ("http.example.org", "https://http.example.org", "url-noscheme"),
        ("http//moodle.example.org", "http://moodle.example.org", "url-misspelled"),
        ("https:/moodle.example.org", "https://moodle.example.org", "url-misspelled"),
        ("http:\\\\moodle.example.org", "http://moodle.example.org", "url-misspelled"),
        ("htpps://moodle.example.org", "https://moodle.example.org", "url-misspelled"),
        ("htttp://moodle.example.org", "http://moodle.example.org", "url-misspelled"),
        ("https;//moodle.example.org", "https://moodle.example.org", "url-misspelled"),
        ("http:// moodle.example.org", "http://moodle.example.org", "url-misspelled"),
        ("http://https://moodle.example.org", "https://moodle.example.org", "url-misspelled"),
        ("https://moodle.example.org/index.php", "https://moodle.example.org", "url-page"),
        ("https://moodle.example.org/m/login/index.php?lang=de#top", "https://moodle.example.org/m", "url-page"),
        ("https://moodle.example.org/my/", "https://moodle.example.org", "url-page"),
        ("https://moodle.example.org/?redirect=0", "https://moodle.example.org/", "url-page"),
        ("https://moodle.example.org/admin/registration/index.php", "https://moodle.example.org", "url-page"),
    ],
)
def test_slips_are_mended_and_said(typed: str, url: str, cause: str) -> None:
    read = reading.read(typed)
    assert (read.url, read.finding.verdict, read.finding.cause) == (url, Verdict.WARNING, cause)
    assert read.target is not None
    assert wording.cure(read.finding)


@pytest.mark.parametrize(
    ("typed", "cause"),
    [
        ("", "url-empty"),
        ('""', "url-empty"),
        ("my school moodle", "url-space"),
        ("https://moodle.example.org/my folder", "url-space"),
        ("ftp://moodle.example.org", "url-scheme"),
        ("https://admin:secret@moodle.example.org", "url-password"),
        ("https://moodle.example.org:99999", "url-unreadable"),
        ("https://", "url-unreadable"),
        ("https://moodle..example.org", "url-unreadable"),
        ("http://moodle.example.org:22", "url-port"),
        ("moodle.example.org:3306", "url-port"),
        ("https://" + "x" * 3000, "url-unreadable"),
    ],
)
def test_what_cannot_be_meant_is_explained_and_nobody_is_asked(typed: str, cause: str) -> None:
    read = reading.read(typed)
    assert (read.target, read.finding.verdict, read.finding.cause) == (None, Verdict.BAD, cause)
    assert wording.sentence(read.finding)
    assert wording.cure(read.finding)
