"""What a waiting change would alter in an approved listing, field by field and word by word."""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hub.courses.models import CourseText

_MOST_WORDS = 1500  # comparing word by word costs their square; longer texts are compared line by line
_MOST_LINES = 400

FIELDS = (
    "fullname",
    "shortname",
    "description",
    "language",
    "subject",
    "audience",
    "educational_level",
    "licence",
    "publisher_name",
    "publisher_email",
    "creator_name",
    "contributor_names",
    "coverage",
    "course_url",
    "demo_url",
    "creator_notes",
    "contents",
    "outcomes",
)


class Piece(enum.Enum):
    """What happens to a piece of text."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Difference:
    """One field that would change, as pieces in the order of reading."""

    field: str
    pieces: tuple[tuple[Piece, str], ...]


def between(before: CourseText, after: CourseText) -> list[Difference]:
    """The fields in which the texts differ, in the order of the listing."""
    written = ((field, as_text(getattr(before, field)), as_text(getattr(after, field))) for field in FIELDS)
    return [Difference(field, tuple(_pieces(old, new))) for field, old, new in written if old != new]


def as_text(value: Any) -> str:
    """A field's value as it is compared and shown: lists become lines."""
    if isinstance(value, list):
        return "\n".join(map(_line, value))
    return "" if value is None else str(value)


def _line(item: Any) -> str:
    if isinstance(item, dict):
        return f"{item.get('contentcount', '')} × {item.get('modulename', '')} ({item.get('moduletype', '')})"
    return str(item)


def _pieces(old: str, new: str) -> Iterator[tuple[Piece, str]]:
    before, after = _split(old, new)
    for kind, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece.KEPT, "".join(before[i:j])
            continue
        if i < j:
            yield Piece.GONE, "".join(before[i:j])
        if k < m:
            yield Piece.NEW, "".join(after[k:m])


def _split(old: str, new: str) -> tuple[Sequence[str], Sequence[str]]:
    for pattern, most in ((r"\s+|\w+|[^\w\s]", _MOST_WORDS), (r"[^\n]*\n|[^\n]+", _MOST_LINES)):
        parts = re.findall(pattern, old), re.findall(pattern, new)
        if max(map(len, parts)) <= most:
            return parts
    return [old], [new]
