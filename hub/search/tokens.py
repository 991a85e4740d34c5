"""Listings and searches as tokens: the same for every database, so that all of them find the same.

A listing becomes a set of tokens, a search an expression over such tokens (Wanted). The first character says what a
token means, and no word begins with one of these:

    algebra       a word, folded: one Unicode form, small letters, no accents
    ~algebr       a word's stem in the language of the listing
    ^algebra      a word of the title; ^~algebr its stem
    =5f3a…        the whole title
    @kind:…       a filter: kind, language, audience, level, licence, subject (and its parents), site, numbers
    *             every listing

Text without spaces between words (Chinese, Japanese, Korean, Thai and their like) becomes pairs of neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

from hub import fields
from hub.courses.models import Kind
from hub.search.criteria import BOTH_KINDS, CourseCriteria
from hub.search.stems import ALGORITHMS, stem, stems
from hub.vocabulary import languages, subjects

LONGEST_WORD = 60  # characters; the rest of a longer one is not looked at, neither in listings nor in searches
LONGEST_TEXT = 20_000  # characters of a listing that are indexed
MOST_WORDS = 24  # in one search; further ones are not looked at
MOST_IDS = 1_000  # in one search, likewise
EVERY = "*"

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def _ranges(points: Iterable[int]) -> str:
    """A regular expression's character class that holds these code points."""
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def _category(point: int) -> str:
    return unicodedata.category(chr(point))[0]


_MARKS = _ranges(point for point in range(0x300, 0xFFFF) if _category(point) == "M")
_WORD = re.compile(rf"\w[{_MARKS}\w]*")  # \w lacks the vowel signs of Indic scripts and Thai
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # may stand within a word
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")  # not those that make another letter
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff\u3005]+"
)
_CODE = re.compile(r"[a-z0-9._-]{1,100}")


class Listing(Protocol):
    """What of a course is looked at: its row, or a row of these columns."""

    id: int
    site_id: int
    course_id_on_site: int
    kind: Kind
    fullname: str
    shortname: str
    description: str
    language: str
    publisher_name: str
    creator_name: str
    contributor_names: str
    coverage: str
    licence: str
    subject: str
    audience: str
    educational_level: str
    outcomes: list[str]


@dataclass(frozen=True)
class Wanted:
    """Listings that have a token of every group, and not all of what ``without`` wants."""

    groups: tuple[tuple[str, ...], ...]
    without: tuple[tuple[str, ...], ...] = ()

    @property
    def alone(self) -> Wanted:
        """The same, nothing taken away."""
        return Wanted(self.groups)


def words(text: str) -> list[str]:
    """The text's words in small letters and one Unicode form, accents kept."""
    clear = fields.normal(_INVISIBLE.sub("", text), "NFKC").replace("_", " ")
    found = _WORD.findall(fields.normal(clear.casefold()))
    return [word for word in found if word.isascii() or folded(word)]


@lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """The word without accents."""
    if word.isascii():
        return word
    return fields.normal(_ACCENT.sub("", fields.normal(word.translate(_LETTERS), "NFKD")))


def sort_key(text: str) -> str:
    """What sorts the text where accents and capitals do not count."""
    return folded(fields.normal(text, "NFKC").casefold())


def of_listing(course: Listing) -> set[str]:
    """The tokens of a listing."""
    language = languages.base(course.language)
    title = words(course.fullname)
    in_title = _forms(title, language)
    text = " \n ".join(_texts(course))[:LONGEST_TEXT]
    return (
        {EVERY, *_filters_of(course, language), *_whole(title), *(f"^{each}" for each in in_title)}
        | in_title
        | _forms(set(words(text)), language)
    )


def _texts(course: Listing) -> Iterator[str]:
    yield from (course.shortname, course.coverage, course.creator_name, course.publisher_name)
    yield from (course.contributor_names, *map(str, course.outcomes), course.description)


def _forms(found: Iterable[str], language: str) -> set[str]:
    """Each word folded and as a stem; unspaced text as neighbours and single characters."""
    forms: set[str] = set()
    for word in found:
        spaced, unspaced = _parted(word)
        for part in spaced:
            forms.update(_forms_of(part, language))
        for part in unspaced:
            forms.update(part, _pairs(part))
    return forms


@lru_cache(maxsize=100_000)
def _forms_of(word: str, language: str) -> tuple[str, ...]:
    return (folded(word), f"~{folded(stem(word, language))}") if language in ALGORITHMS else (folded(word),)


def _parted(word: str) -> tuple[list[str], list[str]]:
    """The parts of a word that are spelt with letters, and those in scripts that put no spaces between words."""
    if word.isascii():
        return [word[:LONGEST_WORD]], []
    spaced = [part[:LONGEST_WORD] for part in _UNSPACED.split(word) if part]
    return spaced, [folded(part) for part in _UNSPACED.findall(word)]


def _pairs(part: str) -> list[str]:
    return [part[at : at + 2] for at in range(len(part) - 1)]


def _whole(title: list[str]) -> Iterator[str]:
    if title:
        yield f"={_digest(' '.join(map(folded, title)))}"


def _filters_of(course: Listing, language: str) -> Iterator[str]:
    yield from (_filter("kind", course.kind), _filter("site", str(course.site_id)))
    yield from (_filter("id", str(course.id)), _filter("there", str(course.course_id_on_site)))
    told = {
        "language": language,
        "audience": course.audience,
        "level": course.educational_level,
        "licence": course.licence,
    }
    yield from (_filter(name, value) for name, value in told.items() if value)
    yield from (_filter("subject", key) for key in subjects.ancestors(course.subject))


def _filter(name: str, value: str) -> str:
    code = value.casefold()
    return f"@{name}:{code if _CODE.fullmatch(code) else '#' + _digest(value)}"


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def wanted(criteria: CourseCriteria, listed_languages: Iterable[str]) -> list[Wanted]:
    """What the criteria want, best first: no listing is wanted twice, and the last alone, without its ``without``,
    wants them all. Without words there is one tier.

    ``listed_languages`` are those in which a word of the search may be meant.
    """
    filters = tuple(_filter_groups(criteria))
    if not criteria.words.strip():
        return [Wanted(filters or ((EVERY,),))]
    found = words(criteria.words)
    among = [languages.base(criteria.language)] if criteria.language else list(listed_languages)
    groups = tuple(dict.fromkeys(_groups(found, among)))[:MOST_WORDS]
    if not groups:
        return [Wanted(((),))]
    in_title = tuple(tuple(f"^{each}" for each in group) for group in groups)
    whole = tuple((each,) for each in _whole(found))
    return [
        Wanted(filters + whole),
        Wanted(filters + in_title, whole),
        Wanted(filters + groups, in_title),
    ]


def _groups(found: list[str], among: list[str]) -> Iterator[tuple[str, ...]]:
    for word in found:
        spaced, unspaced = _parted(word)
        for part in spaced:
            yield tuple(dict.fromkeys((folded(part), *(f"~{folded(each)}" for each in sorted(stems(part, among))))))
        for part in unspaced:
            yield from ((each,) for each in _pairs(part) or part)


def _filter_groups(criteria: CourseCriteria) -> Iterator[tuple[str, ...]]:
    if criteria.kinds != BOTH_KINDS:
        yield tuple(_filter("kind", each) for each in sorted(criteria.kinds))
    if criteria.language:
        yield (_filter("language", languages.base(criteria.language) or "?"),)
    if criteria.site_id is not None:
        yield (_filter("site", str(criteria.site_id)),)
    for name, several in (("id", criteria.ids), ("there", criteria.ids_on_site)):
        if several is not None:
            yield tuple(_filter(name, str(each)) for each in list(dict.fromkeys(several))[:MOST_IDS])
    one_of = {
        "audience": criteria.audience,
        "level": criteria.educational_level,
        "licence": criteria.licence,
        "subject": criteria.subject,
    }
    yield from ((_filter(name, value),) for name, value in one_of.items() if value)
