"""What a waiting change would alter."""

from __future__ import annotations

import pytest

from hub.courses.details import TEXT_COLUMNS
from hub.courses.differences import FIELDS, Piece, between
from hub.courses.models import CourseVersion

KEPT, GONE, NEW = Piece.KEPT, Piece.GONE, Piece.NEW


def text(**values: object) -> CourseVersion:
    """A listing's text, empty but for these fields."""
    return CourseVersion(**(dict.fromkeys(FIELDS, "") | {"contents": [], "outcomes": []} | values))


def test_every_field_of_a_listing_is_compared() -> None:
    assert set(FIELDS) == TEXT_COLUMNS - {"creator_notes_format"}


def test_equal_texts_have_no_differences() -> None:
    assert between(text(fullname="Knots"), text(fullname="Knots")) == []


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "New", [(NEW, "New")]),
        ("Old", "", [(GONE, "Old")]),
        ("tie old knots", "tie new knots", [(KEPT, "tie "), (GONE, "old"), (NEW, "new"), (KEPT, " knots")]),
        ("Knots", "Knots.", [(KEPT, "Knots"), (NEW, ".")]),
        ("a\nb", "a\nc", [(KEPT, "a\n"), (GONE, "b"), (NEW, "c")]),
    ],
)
def test_a_text_is_compared_word_by_word(before: str, after: str, pieces: list[tuple[Piece, str]]) -> None:
    (difference,) = between(text(description=before), text(description=after))
    assert list(difference.pieces) == pieces


def test_the_contents_are_compared_line_by_line() -> None:
    forum = {"moduletype": "activity", "modulename": "forum", "contentcount": 2}
    quiz = {"moduletype": "activity", "modulename": "quiz", "contentcount": 1}
    (difference,) = between(text(contents=[forum]), text(contents=[forum, quiz]))
    assert difference.field == "contents"
    assert "".join(part for piece, part in difference.pieces if piece is NEW).strip() == "1 × quiz (activity)"


@pytest.mark.parametrize("before", ["word " * 20_000, "line\n" * 20_000, "x" * 50_000, "a b\n" * 9_000])
def test_texts_too_long_to_compare_are_shown_whole(before: str) -> None:
    after = before.replace("o", "0").replace("x", "y").replace("a", "c") + "end"
    (difference,) = between(text(description=before), text(description=after))
    assert difference.pieces == ((GONE, before), (NEW, after))


@pytest.mark.parametrize("words", [10, 2_000, 20_000])
def test_the_pieces_put_together_are_the_two_texts(words: int) -> None:
    before = "".join(f"word{number % 7}\n" if number % 50 == 0 else f"word{number % 7} " for number in range(words))
    after = before.replace("word3 word4", "word4", 3) + "end"
    (difference,) = between(text(description=before), text(description=after))
    assert "".join(part for piece, part in difference.pieces if piece is not NEW) == before
    assert "".join(part for piece, part in difference.pieces if piece is not GONE) == after
