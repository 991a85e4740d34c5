"""What is looked for: a frozen value, read from the front page's parameters or made by the web services."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from hub import fields
from hub.courses.models import Kind

LONGEST_SEARCH = 500
LONGEST_FILTER = 100
BOTH_KINDS = frozenset(Kind)

_KINDS = {"1": frozenset({Kind.DOWNLOADABLE}), "0": frozenset({Kind.ENROLLABLE})}
_NO_FILTER = ("", "all")


class Order(enum.StrEnum):
    """How results are sorted, by the names of the wire.

    UNCHOSEN and NEWEST, which forms and sites send when nobody chose, put prioritised sites first: by how well the
    words match when there are words, newest first otherwise. The other orders are kept pure.
    """

    UNCHOSEN = ""
    NEWEST = "newest"
    ELDEST = "eldest"
    FULLNAME = "fullname"
    PUBLISHER = "publisher"
    RATINGAVERAGE = "ratingaverage"

    @classmethod
    def read(cls, name: str) -> Order:
        """The order of this name; NEWEST for a name that is none."""
        word = name.strip().lower()
        return cls(word) if word in set(cls) else cls.NEWEST


@dataclass(frozen=True)
class CourseCriteria:
    """All conditions hold at once; empty text, None and both kinds mean no condition. Subjects include what is below.

    A value that no course has, such as an unknown audience, finds nothing.
    """

    words: str = ""
    kinds: frozenset[Kind] = BOTH_KINDS
    language: str = ""  # regions and variants of a language are found with it
    audience: str = ""
    educational_level: str = ""
    licence: str = ""
    subject: str = ""
    site_id: int | None = None
    ids: tuple[int, ...] | None = None
    ids_on_site: tuple[int, ...] | None = None
    order: Order = Order.UNCHOSEN

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> CourseCriteria:
        """The criteria of a front page's address; ``downloadable`` or ``language`` absent means all of them."""
        return cls(
            words=fields.line(args.get("search", ""), LONGEST_SEARCH),
            kinds=_KINDS.get(args.get("downloadable", "").strip(), BOTH_KINDS),
            language=_filter(args, "language"),
            audience=_filter(args, "audience"),
            educational_level=_filter(args, "educationallevel"),
            licence=_filter(args, "licence"),
            subject=_filter(args, "subject"),
            order=Order.read(args.get("orderby", "")),
        )

    def args(self) -> dict[str, str]:
        """The parameters of the address that says the same: the inverse of ``from_args``."""
        values = {
            "search": self.words,
            "downloadable": next((name for name, kinds in _KINDS.items() if kinds == self.kinds), ""),
            "language": self.language,
            "audience": self.audience,
            "educationallevel": self.educational_level,
            "licence": self.licence,
            "subject": self.subject,
            "orderby": self.order.value,
        }
        return {name: value for name, value in values.items() if value}


def page_number(args: Mapping[str, str]) -> int:
    """The page asked for, from 0; 0 for what is no page."""
    try:
        return max(0, fields.integer(args.get("page", "0")))
    except ValueError:
        return 0


def _filter(args: Mapping[str, str], name: str) -> str:
    value = args.get(name, "").strip()[:LONGEST_FILTER]
    return "" if value in _NO_FILTER else value
