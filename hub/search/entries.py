"""What the index holds of a listed course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.search import tokens
from hub.search.rank import rank
from hub.vocabulary import languages

LONGEST_KEY = 200  # characters of a name that sort it


@dataclass(frozen=True)
class Entry:
    """A row of ``course_index_entry``, and the tokens that are found."""

    course_id: int
    rank: int
    language: str
    fullname_key: str
    publisher_key: str
    tokens: tuple[str, ...]

    @classmethod
    def of(cls, course: Any) -> Entry:
        """The entry of this row of a course's columns, its site's ``prioritised`` among them."""
        return cls(
            course.id,
            rank(course.id, course.modified_at, course.prioritised),
            languages.base(course.language),
            tokens.sort_key(course.fullname)[:LONGEST_KEY],
            tokens.sort_key(course.publisher_name)[:LONGEST_KEY],
            tuple(sorted(tokens.of_listing(course))),
        )

    def row(self) -> dict[str, Any]:
        """Its values for ``course_index_entry``, without the tokens."""
        return {
            "course_id": self.course_id,
            "rank": self.rank,
            "language": self.language,
            "fullname_key": self.fullname_key,
            "publisher_key": self.publisher_key,
        }
