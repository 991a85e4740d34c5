"""Readers of text from outside."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

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


@pytest.mark.parametrize("unsorted", ["\u0301\u0316", "\uff9e\u0334", "\u0344\u0316"])
@pytest.mark.parametrize("form", ["NFC", "NFKC", "NFKD"])
def test_a_letter_keeps_no_more_marks_than_can_be_sorted_at_once(unsorted: str, form: Any) -> None:
    few = fields.normal(f"a{unsorted * 500_000}b", form)
    assert len(few) <= 2 * 30 + 2
    assert few.endswith("b")


def test_what_people_write_keeps_all_its_marks() -> None:
    assert fields.text("Ti\u0065\u0302\u0301ng Vi\u0065\u0323\u0302t") == "Tiếng Việt"
    assert fields.text("הַמּוֹרָה") == unicodedata.normalize("NFC", "הַמּוֹרָה")
