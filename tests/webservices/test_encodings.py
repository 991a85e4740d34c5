"""Text on the wire: what is repaired, what is left alone, and who gets references byte by byte."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.webservices.encodings import RequestStyle, encoded, joined, legal, legal_document, style_of, wants_references
from tests.webservices.demo import recorded

PLAIN = RequestStyle(ascii_only=True, bytewise=False, extension_layout=False)
BYTEWISE = RequestStyle(ascii_only=True, bytewise=True, extension_layout=True)
EXTENSION = RequestStyle(ascii_only=True, bytewise=False, extension_layout=True)
EXTENSION_RAW = RequestStyle(ascii_only=False, bytewise=False, extension_layout=True)


@pytest.mark.parametrize(
    ("body", "bytewise"),
    [
        (b"Caf&#195;&#169;", True),
        (b"&#128;", True),
        (b"&#255;", True),
        (b"&#0195;", True),
        (b"&#xC3;", True),
        (b"&#x00e9;", True),
        (b"Caf&#38;", False),
        (b"&#127;", False),
        (b"&#256;", False),
        (b"&#8364;", False),
        (b"&#x20AC;", False),
        (b"plain", False),
        ("é&#195;&#169;".encode(), False),
    ],
)
def test_a_body_is_bytewise_if_it_is_ascii_and_refers_to_a_byte(body: bytes, bytewise: bool) -> None:
    assert style_of(body, "").bytewise is bytewise


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CafÃ©", "Café"),
        ("\u00f0\u009f\u0098\u0080", "😀"),
        ("Caf\u00e9", "Caf\u00e9"),
        ("\u00c3\u00a9 and \u00e9", "\u00c3\u00a9 and \u00e9"),
        ("\u00c3\u00a9 €", "\u00c3\u00a9 €"),
        ("ascii", "ascii"),
    ],
)
def test_text_is_joined_only_if_its_characters_are_the_bytes_of_utf8(before: str, after: str) -> None:
    assert joined(before) == after


@given(st.text())
def test_every_text_written_byte_by_byte_comes_back(text: str) -> None:
    assert joined(text.encode().decode("latin-1")) == text


@given(st.text())
def test_references_carry_every_text_through_a_client_that_reads_latin_1(text: str) -> None:
    document = encoded(text.replace("&", ""), references=True)
    received = re.sub(r"&#([0-9]+);", lambda reference: chr(int(reference[1])), document.decode("ascii"))
    assert received.encode("latin-1").decode() == text.replace("&", "")


@pytest.mark.parametrize(
    ("version", "release", "wanted"),
    [
        ("2016052300", "3.1 (Build: 20160523)", True),
        ("2017051501.03", "3.3.1+ (Build: 20170727)", True),
        ("", "3.4 (Build: 20171113)", True),
        ("", "3.4+ (Build: 20171123)", True),
        ("", "3.2.5", True),
        ("2015111600", "3.0 (Build: 20151116)", False),
        ("2017111301.00", "3.4.1", False),
        ("", "3.4.1 (Build: 20180115)", False),
        ("2019111800", "3.8 (Build: 20191118)", False),
        ("", "4.5.6 (Build: 20250811)", False),
        ("2014111005.02", "2.8.5+ (Build: 20150319)", False),
    ],
)
@pytest.mark.parametrize("style", [PLAIN, BYTEWISE, EXTENSION])
def test_the_release_of_the_site_decides_who_gets_references(
    version: str, release: str, wanted: bool, style: RequestStyle
) -> None:
    assert wants_references(version, release, style) is wanted


@pytest.mark.parametrize(
    ("style", "wanted"), [(PLAIN, False), (BYTEWISE, True), (EXTENSION, True), (EXTENSION_RAW, False)]
)
def test_the_request_decides_where_no_release_is_known(style: RequestStyle, wanted: bool) -> None:
    assert wants_references("", "", style) is wanted
    assert wants_references("nonsense", "nonsense", style) is wanted


def test_the_layout_of_the_extension_is_known_by_its_lines_and_its_name() -> None:
    body = recorded("3.3.1", "advertise-metadata-page-hub_get_info")
    assert style_of(body, "MoodleBot/1.0").extension_layout
    assert not style_of(body, "MoodleBot/3.8 (+http://site.example)").extension_layout
    assert not style_of(body.replace(b"\n", b""), "MoodleBot/1.0").extension_layout


def test_a_document_loses_only_what_xml_cannot_carry() -> None:
    body = b"<a>\x0b&#11;&#xB;&#0;&#55296;&#x110000;&#xFFFF;\xff&#10;&#233;&amp;</a>"
    assert legal_document(body) == b"<a>&#10;&#233;&amp;</a>"


@given(st.text())
def test_legal_text_stays_as_it_is(text: str) -> None:
    assert legal(legal(text)) == legal(text)
    if text.isprintable():
        assert legal(text) == text
