"""By what the moderators' list finds, narrows and sorts sites: made from the row whenever it is stored.

Text is folded here, by the same rules for every database: small letters without accents, cut into words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from hub import fields
from hub.vocabulary import languages

LONGEST_KEY = 120
LONGEST_ADDRESS = 254
LONGEST_WORD = 60
LONGEST_TEXT = 2_000  # characters of a description that are looked at
MOST_WORDS = 200  # of a site
MOST_FIGURE = 10**15
MOST_ASKED = 12  # words in one search; further ones are not looked at

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"})
_ACCENT = re.compile("[\u0300-\u036f]")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")  # text without spaces between words: each letter is one


class Told(Protocol):
    """What of a site is looked at."""

    id: Any
    name: Any
    url: Any
    description: Any
    contact_email: Any
    language: Any
    moodle_release: Any
    figures: Any
    visible: Any
    trusted: Any
    prioritised: Any


def folded(text: str) -> str:
    """The text in small letters, without accents."""
    return _ACCENT.sub("", fields.normal(text, "NFKD").casefold().translate(_LETTERS))


def words(text: str) -> list[str]:
    """The words of a text, folded, each once, in the order in which they come."""
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(folded(text))))


def derived(site: Told) -> dict[str, Any]:
    """The columns by which the list narrows and sorts, as they have to be for this row."""
    return {
        "standing_rank": 7 - (4 * bool(site.prioritised) + 2 * bool(site.trusted) + bool(site.visible)),
        "name_key": folded(site.name or site.url or "")[:LONGEST_KEY],
        "contact_key": (site.contact_email or "").strip().casefold()[:LONGEST_ADDRESS],
        "language_base": languages.base(site.language or "")[:3],
        "release_number": release_number(site.moodle_release or ""),
        "course_figure": figure(site.figures, "courses"),
        "user_figure": figure(site.figures, "users"),
    }


def words_of(site: Told) -> list[str]:
    """The words by which the site is found: of its name, its URL and the beginning of its description."""
    return words(f"{site.name or ''} {site.url or ''} {(site.description or '')[:LONGEST_TEXT]}")[:MOST_WORDS]


def release_number(release: str) -> int:
    """405 for ``4.5.6 (Build: 20250811)``; 0 for what names no release."""
    match = re.match(r"\s*([0-9]{1,2})\.([0-9]{1,2})", release)
    return int(match[1]) * 100 + int(match[2]) if match else 0


def figure(figures: Mapping[str, Any] | None, name: str) -> int:
    """A figure as a number to sort by; -1 when it was not told."""
    value = (figures or {}).get(name)
    told = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_FIGURE
    return int(value) if told and value is not None else -1


def asked_words(text: str) -> list[str]:
    """The words that a search asks for: sites have each, or a word that begins with it."""
    return words(text)[:MOST_ASKED]
