"""What becomes of a course's text on its way in."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.courses import details, notes
from hub.courses.details import CourseDetails, CourseUnusable
from hub.courses.models import CourseText, Kind
from tests.courses.calling import COURSE, to_advertise, to_share


def parsed(**values: Any) -> CourseDetails:
    return CourseDetails.parse(to_advertise(**values))


def test_a_real_course_keeps_every_word() -> None:
    read = parsed()
    assert (read.fullname, read.description) == (COURSE["fullname"], COURSE["description"])
    assert (read.course_id_on_site, read.kind, read.creator_notes_format) == (7, Kind.ENROLLABLE, 1)
    assert read.course_url == "https://moodle.example.org/course/view.php?id=7"
    assert CourseDetails.parse(to_share()).kind is Kind.DOWNLOADABLE


def test_the_text_of_the_details_is_the_text_of_a_course() -> None:
    assert parsed().text.keys() == set(CourseText.__annotations__) == details.TEXT_COLUMNS


def test_a_course_needs_no_more_than_its_id_and_name() -> None:
    read = CourseDetails.parse({"sitecourseid": 1, "fullname": "Algebra"})
    assert (read.kind, read.description, read.contents, read.outcomes) == (Kind.DOWNLOADABLE, "", [], [])


@pytest.mark.parametrize("name", ["", " ", "<b></b>", None])
def test_a_course_without_a_name_is_refused(name: object) -> None:
    with pytest.raises(CourseUnusable, match="full name"):
        parsed(fullname=name)


@pytest.mark.parametrize("course_id", ["", None, "abc", -1, 2**31, "1.0"])
def test_a_course_without_a_usable_id_is_refused(course_id: object) -> None:
    with pytest.raises(CourseUnusable, match="sitecourseid"):
        parsed(sitecourseid=course_id)


@pytest.mark.parametrize(
    ("name", "column", "sent", "kept"),
    [
        ("fullname", "fullname", "  Two\nlines  ", "Two lines"),
        ("fullname", "fullname", "A <script>alert(1)</script> B", "A alert(1) B"),
        ("fullname", "fullname", "5 < 6 & 7 > 6", "5 < 6 & 7 > 6"),
        ("fullname", "fullname", "x" * 300, "x" * 255),
        ("description", "description", "one\r\ntwo\x00", "one\ntwo"),
        ("publisheremail", "publisher_email", "not an address", ""),
        ("publisheremail", "publisher_email", "pub@example.com", "pub@example.com"),
        ("courseurl", "course_url", "javascript:alert(1)", ""),
        ("courseurl", "course_url", "ftp://example.org/", ""),
        ("courseurl", "course_url", "http://user:secret@example.org/", ""),
        ("demourl", "demo_url", "data:text/html,x", ""),
        ("demourl", "demo_url", "http://127.0.0.2:9128/course/view.php?id=2", "http://127.0.0.2:9128/course/view.php?id=2"),
        ("licenceshortname", "licence", "cc-4.0", "cc-4.0"),
        ("subject", "subject", "field1999999", "field1999999"),
        ("audience", "audience", "aliens", "aliens"),
        ("language", "language", "pt_br", "pt_br"),
        ("language", "language", "zh-Hant", "zh-Hant"),
        ("creatornotesformat", "creator_notes_format", "9", 1),
        ("creatornotesformat", "creator_notes_format", "", 1),
        ("creatornotesformat", "creator_notes_format", "2", 2),
    ],
)  # fmt: skip
def test_texts_are_cleaned_and_codes_that_nobody_knows_are_kept_b_10_b_40(
    name: str, column: str, sent: object, kept: object
) -> None:
    assert parsed(**{name: sent}).text[column] == kept


def test_contents_are_counted_downwards_and_limited() -> None:
    contents = [
        {"moduletype": "activity", "modulename": f"mod{number}", "contentcount": str(number)} for number in range(600)
    ]
    contents += [
        {"moduletype": "activity", "modulename": "huge", "contentcount": "99999999999"},
        {"moduletype": "block", "modulename": "odd", "contentcount": "many"},
        {"moduletype": "block", "modulename": ""},
    ]
    read = parsed(contents=contents).contents
    assert len(read) == details.MOST_CONTENTS
    assert [each["modulename"] for each in read[:3]] == ["huge", "mod599", "mod598"]
    assert read[0]["contentcount"] == 2**31 - 1


def test_outcomes_are_limited_and_empty_ones_left_out() -> None:
    read = parsed(outcomes=[{"fullname": ""}, *({"fullname": f"O{number}"} for number in range(600))]).outcomes
    assert len(read) == details.MOST_OUTCOMES
    assert read[0] == "O0"


HARMLESS_NOTES = '<p>Use <b>this</b> with <a href="https://example.org" rel="noopener noreferrer">that</a></p>'


@pytest.mark.parametrize("text_format", [0, 1])
def test_notes_keep_their_markup_and_lose_what_acts_b_10(text_format: int) -> None:
    assert notes.cleaned(HARMLESS_NOTES, text_format) == HARMLESS_NOTES
    hostile = '<p onclick="x()">a<script>b()</script><a href="javascript:c()">d</a><iframe src="//e"></iframe></p>'
    assert notes.cleaned(hostile, text_format) == '<p>a<a rel="noopener noreferrer">d</a></p>'


@pytest.mark.parametrize("text_format", [2, 4])
def test_notes_without_markup_are_kept_as_written_and_shown_as_text_b_10(text_format: int) -> None:
    written = "# Title\nx < y <script>\n\nsecond"
    assert notes.cleaned(written, text_format) == written
    shown = notes.as_html(written, text_format)
    assert shown == "<p># Title<br>\nx &lt; y &lt;script&gt;</p>\n<p>second</p>"


@pytest.mark.parametrize("piece", ["<div>", "<b></p>", "<a><b>", "&", "x"])
def test_notes_that_would_take_minutes_to_read_are_cut_and_lose_their_markup(piece: str) -> None:
    clean = notes.cleaned(piece * 300_000, notes.HTML)
    assert clean.count("<") <= 3 * notes.MOST_TAGS
    assert len(clean) <= len("&amp;") * notes.LONGEST


def test_pages_show_notes_without_pictures_from_other_hosts_b_39() -> None:
    assert notes.as_html('<p>x<img src="https://tracker.example/p.gif">y</p>', 1) == "<p>xy</p>"


@given(st.text(), st.sampled_from([0, 1, 2, 4]))
def test_no_text_at_all_makes_notes_that_act_b_10(text: str, text_format: int) -> None:
    shown = notes.as_html(notes.cleaned(f"{text}<script>{text}", text_format), text_format).lower()
    assert "<script" not in shown


@given(st.dictionaries(st.sampled_from(sorted(COURSE)), st.one_of(st.text(), st.integers(), st.none())))
def test_whatever_a_site_sends_is_read_or_refused_with_a_sentence(sent: dict[str, Any]) -> None:
    sent.pop("contents", None)
    with suppress(CourseUnusable):
        read = CourseDetails.parse(sent)
        assert len(read.fullname) in range(1, 256)
        assert read.text.keys() == details.TEXT_COLUMNS


def test_a_moderators_correction_is_cleaned_like_a_publication() -> None:
    clean = details.cleaned({"fullname": " <i>A</i> ", "creator_notes": "<script>x</script>y", "listed": "1"}, 1)
    assert clean == {"fullname": "A", "creator_notes": "y"}
    with pytest.raises(CourseUnusable):
        details.cleaned({"fullname": ""}, 1)
