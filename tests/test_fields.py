"""Readers of text from outside."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import fields


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a <b>bold</b> word", "a bold word"),
        ("<<b>script>alert(1)<</b>/script>", "script>alert(1)/script>"),
        ("<\x00script>", ""),
        ("<<<img src=x onerror=alert(1)", "img src=x onerror=alert(1)"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("I <3 Moodle &amp; “quotes”", "I <3 Moodle &amp; “quotes”"),
        ("<!-- hidden -->seen", "seen"),
    ],
)
def test_b_10_plain_text_keeps_its_words_and_loses_its_tags(written: str, read: str) -> None:
    assert fields.plain(written) == read


@given(st.text(alphabet="<>/!? ab\x00\x07&;", max_size=60))
def test_nothing_in_plain_text_begins_a_tag(written: str) -> None:
    assert re.search(r"<[A-Za-z/!?]", fields.plain(written)) is None


@given(st.text(max_size=200))
def test_reading_plain_text_again_changes_nothing(written: str) -> None:
    assert fields.plain(fields.plain(written)) == fields.plain(written)
