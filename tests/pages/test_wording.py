"""How values are said to people."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.frontpage import wording
from hub.frontpage.activities import activities
from hub.paging import Page
from hub.slugs import slug


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (44_700_000, "44.7 MB"), (2_147_483_648, "2.1 GB")],
)
def test_sizes_have_the_unit_that_suits_them(app: Flask, size: int, said: str) -> None:
    with app.test_request_context():
        assert wording.filesize(size) == said


def test_an_excerpt_ends_between_words() -> None:
    assert wording.excerpt("one two three", 9) == "one two…"
    assert wording.excerpt("short  text\nin lines", 50) == "short text in lines"
    assert wording.excerpt("x" * 50, 10) == "x" * 10 + "…"


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Algebra & more", "algebra", "<mark>Algebra</mark> &amp; more"),
        ("Algebraic", "algebra", "<mark>Algebra</mark>ic"),
        ("prealgebra", "algebra", "prealgebra"),
        ("<b>", "b", "&lt;<mark>b</mark>&gt;"),
        ("a.b", ".*", "a.b"),
        ("text", "", "text"),
        ("amp &", "amp", "<mark>amp</mark> &amp;"),
    ],
)
def test_found_words_are_marked_and_everything_is_escaped(text: str, words: str, marked: str) -> None:
    assert wording.marked(text, words) == marked


def test_plain_text_becomes_paragraphs() -> None:
    assert wording.paragraphs("One <b>\nline\n\n\nTwo") == "<p>One &lt;b&gt;<br>line</p>\n<p>Two</p>\n"
    assert wording.paragraphs(" \n ") == ""


@pytest.mark.parametrize(("title", "letter"), [("  élan", "É"), ("数学", "数"), ("«2x»", "2"), ("—", "·"), ("", "·")])
def test_a_course_without_a_picture_is_known_by_its_first_letter(title: str, letter: str) -> None:
    assert wording.initial(title) == letter


@pytest.mark.parametrize(
    ("number", "total", "offered"),
    [
        (0, 25, [0, 1, 2]),
        (0, 100, [0, 1, None, 9]),
        (5, 100, [0, None, 4, 5, 6, None, 9]),
        (2, 100, [0, 1, 2, 3, None, 9]),
        (3, 100, [0, 1, 2, 3, 4, None, 9]),
    ],
)
def test_a_pager_offers_first_last_and_neighbours(number: int, total: int, offered: list[int | None]) -> None:
    assert wording.page_numbers(Page([0] * 10, number * 10, 10, total)) == offered


def test_a_pager_knows_no_last_page_where_nobody_counted_that_far() -> None:
    assert wording.page_numbers(Page([0] * 10, 0, 10, 1000, total_is_floor=True)) == [0, 1]


def test_activities_come_most_frequent_first_and_blocks_not_at_all() -> None:
    contents = [
        {"moduletype": "activity", "modulename": "page", "contentcount": 1},
        {"moduletype": "activity", "modulename": "hotpot", "contentcount": 4},
        {"moduletype": "activity", "modulename": "forum", "contentcount": 0},
        {"moduletype": "block", "modulename": "html", "contentcount": 9},
    ]
    assert activities(contents) == [("hotpot", 4), ("Pages", 1)]


@pytest.mark.parametrize(
    ("title", "end"),
    [("Algebra I: Groups!", "algebra-i-groups"), ("Über_uns", "über-uns"), ("…", "-"), ("x" * 99, "x" * 60)],
)
def test_slugs_keep_letters_of_any_script(title: str, end: str) -> None:
    assert slug(title) == end


def test_the_broad_field_of_a_subject_is_two_digits_or_nothing() -> None:
    assert wording.broad_field("field1020103") == "02"
    assert wording.broad_field("none") == wording.broad_field("field999") == wording.broad_field("") == ""


def test_a_subject_is_told_with_the_fields_above_it() -> None:
    assert wording.subject_path("field10201") == "Information Technology › Computer Science"
    assert wording.subject_path("field199") == "field199"
    assert wording.subject_path("none") == ""
