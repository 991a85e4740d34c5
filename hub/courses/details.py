"""What a site says about a course that it publishes: read once, clean and complete from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from hub import fields
from hub.courses import notes
from hub.courses.models import Kind
from hub.errors import HubError

LONGEST_TEXT = 50_000
LONGEST_NAMES = 2_000
MOST_CONTENTS = 500
MOST_OUTCOMES = 500
LARGEST_NUMBER = 2**31 - 1


class CourseUnusable(HubError):
    """What was sent cannot make a course listing."""

    key = "errorwrongdata"


@dataclass(frozen=True)
class CourseDetails:
    """A course as its site publishes it; from ``fullname`` on the fields are the columns of the listing's text."""

    course_id_on_site: int
    kind: Kind
    delete_screenshots: bool
    fullname: str
    shortname: str
    description: str
    language: str
    publisher_name: str
    publisher_email: str
    creator_name: str
    contributor_names: str
    coverage: str
    licence: str
    subject: str
    audience: str
    educational_level: str
    creator_notes: str
    creator_notes_format: int
    course_url: str
    demo_url: str
    contents: list[dict[str, Any]]
    outcomes: list[str]

    @classmethod
    def parse(cls, sent: Mapping[str, Any]) -> CourseDetails:
        """The details in what a site sent, by wire name (protocol/hub-server.md 3.2.4).

        Too long text is cut, an unusable address becomes empty and a code that we do not know is kept. Raises
        CourseUnusable only where nothing can be guessed: for a course without a name or without its id.
        """
        text_format = notes.known_format(_number(sent.get("creatornotesformat"), notes.HTML))
        return cls(
            course_id_on_site=_id_on_site(sent.get("sitecourseid")),
            kind=Kind.ENROLLABLE if sent.get("enrollable") else Kind.DOWNLOADABLE,
            delete_screenshots=bool(sent.get("deletescreenshots")),
            creator_notes=notes.cleaned(_written(sent.get("creatornotes")), text_format),
            creator_notes_format=text_format,
            contents=_contents(sent.get("contents") or []),
            outcomes=_outcomes(sent.get("outcomes") or []),
            **_named({column: _written(sent.get(wire)) for column, wire in WIRE_NAMES.items()}),
        )

    @property
    def text(self) -> dict[str, Any]:
        """The listing's text by column name."""
        return {name: value for name, value in asdict(self).items() if name in TEXT_COLUMNS}


def cleaned(changes: Mapping[str, Any], text_format: int) -> dict[str, Any]:
    """What a person wrote into some fields of a listing, by column name, as it is kept.

    Fields that are no plain text of the listing are left out. Raises CourseUnusable for an empty name.
    """
    clean = _named({name: _written(value) for name, value in changes.items() if name in _CLEANERS})
    if "creator_notes" in changes:
        clean["creator_notes"] = notes.cleaned(_written(changes["creator_notes"]), text_format)
    return clean


def _line(value: str, longest: int = 255) -> str:
    return fields.line(fields.plain(value), longest)


def _paragraphs(value: str) -> str:
    return fields.plain(value)[:LONGEST_TEXT]


def _email(value: str) -> str:
    try:
        return fields.email(value)
    except ValueError:
        return ""  # sites send what their form let through; a course is not refused for it


def _code(longest: int) -> Callable[[str], str]:
    return partial(fields.code, longest=longest)


_names = partial(_line, longest=LONGEST_NAMES)

_FIELDS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("fullname", "fullname", _line),
    ("shortname", "shortname", _line),
    ("description", "description", _paragraphs),
    ("language", "language", _code(30)),
    ("publisher_name", "publishername", _line),
    ("publisher_email", "publisheremail", _email),
    ("creator_name", "creatorname", _line),
    ("contributor_names", "contributornames", _names),
    ("coverage", "coverage", _names),
    ("licence", "licenceshortname", _code(100)),
    ("subject", "subject", _code(100)),
    ("audience", "audience", _code(30)),
    ("educational_level", "educationallevel", _code(30)),
    ("course_url", "courseurl", fields.web_url_or_empty),
    ("demo_url", "demourl", fields.web_url_or_empty),
)
WIRE_NAMES = {column: wire for column, wire, _clean in _FIELDS}
_CLEANERS = {column: clean for column, _wire, clean in _FIELDS}
TEXT_COLUMNS = frozenset(WIRE_NAMES) | {"creator_notes", "creator_notes_format", "contents", "outcomes"}


def _named(written: Mapping[str, str]) -> dict[str, Any]:
    clean = {column: _CLEANERS[column](value) for column, value in written.items()}
    if clean.get("fullname") == "":
        raise CourseUnusable("The course has no name. Write its full name, then publish it again.")
    return clean


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any, otherwise: int) -> int:
    try:
        return fields.integer(_written(value))
    except ValueError:
        return otherwise


def _id_on_site(value: Any) -> int:
    number = _number(value, -1)
    if not 0 <= number <= LARGEST_NUMBER:
        raise CourseUnusable("The id of the course on its site (sitecourseid) is missing or no number. Send it.")
    return number


def _contents(sent: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    kept: Iterable[dict[str, Any]] = (
        {
            "moduletype": fields.code(_written(each.get("moduletype")), 30),
            "modulename": _line(_written(each.get("modulename")), 100),
            "contentcount": min(max(_number(each.get("contentcount"), 0), 0), LARGEST_NUMBER),
        }
        for each in sent
    )
    ordered = sorted((each for each in kept if each["modulename"]), key=lambda each: -each["contentcount"])
    return ordered[:MOST_CONTENTS]


def _outcomes(sent: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = (_line(_written(each.get("fullname")), 1000) for each in sent)
    return [each for each in lines if each][:MOST_OUTCOMES]
