"""Readers that turn text from outside into values; what cannot be read is a ``ValueError`` with advice."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
_TAG_BEGINS = re.compile(r"<+(?=[A-Za-z/!?])")
_MOST_MARKS = 30  # on one letter; no script needs half as many
_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


def _marks() -> str:
    """The characters that any Unicode form sorts behind the letter they stand on, as a regular expression's class."""
    behind = (chr(point) for point in range(0x300, 0x1F000) if not 0xD800 <= point <= 0xDFFF)
    return "".join(each for each in behind if unicodedata.combining(unicodedata.normalize("NFKD", each)[0]))


_SURPLUS_MARKS = re.compile(f"([{_marks()}]{{{_MOST_MARKS}}})[{_marks()}]+")


def normal(value: str, form: Literal["NFC", "NFKC", "NFKD"] = "NFC") -> str:
    """The text in this Unicode form, with at most 30 marks on a letter.

    Marks are sorted in a time that grows with the square of their number: a text of nothing else, as long as a form
    may be, would keep the whole process busy for minutes.
    """
    return value if value.isascii() else unicodedata.normalize(form, _SURPLUS_MARKS.sub(r"\1", value))


def text(value: str) -> str:
    """The text in one Unicode form, without control characters, which neither XML nor people can read."""
    return normal(_CONTROL.sub("", value).replace("\r\n", "\n").replace("\r", "\n")).strip()


def line(value: str, longest: int = 255) -> str:
    """One line of text, cut to ``longest`` characters: sites send more than fits, and none is turned away for it."""
    return " ".join(text(value).split())[:longest].rstrip()


def plain(value: str) -> str:
    """Text without markup: tags are dropped, entities and quotes stay as they are (pages escape them).

    Old Moodles print what they find as HTML, so nothing may be left that begins a tag: not around a tag that was
    dropped, and not where a control character stood in its middle.
    """
    return _TAG_BEGINS.sub("", _TAG.sub("", text(value))).strip()


def yes_no(value: str) -> bool:
    """Whether the text means yes; ValueError when it means neither."""
    word = value.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(f"write 1 or 0, not {value!r}")


def integer(value: str) -> int:
    """A whole number; ValueError when it is none."""
    word = value.strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", word):
        raise ValueError(f"write a whole number, not {value!r}")
    return int(word)


def integer_or_none(value: str) -> int | None:
    """A whole number, or nothing when the field is empty."""
    return integer(value) if value.strip() else None


def count(value: str) -> int:
    """A whole number that is not negative."""
    number = integer(value)
    if number < 0:
        raise ValueError("write a number of 0 or more")
    return number


def positive(value: str) -> int:
    """A whole number of at least 1."""
    number = integer(value)
    if number < 1:
        raise ValueError("write a number of 1 or more")
    return number


def email(value: str) -> str:
    """A mail address, or empty text; ValueError when it cannot be one. The domain is not asked."""
    word = value.strip()
    if not word:
        return ""
    try:
        return validate_email(word, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{word!r} is not a mail address: {error}") from error


def web_url(value: str) -> str:
    """An http or https URL with a host and without credentials, as it was written; ValueError otherwise."""
    word = value.strip()
    parts = urlsplit(word)
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError("write a URL that starts with http:// or https://")
    if not parts.hostname or re.search(r"[\x00-\x20\x7f\\\"<>^`{|}]", word):
        raise ValueError("write a URL with a host name and without spaces or quotes")
    if parts.username is not None or parts.password is not None:
        raise ValueError("write the URL without a user name and password")
    _ = parts.port  # raises ValueError for a port that is no number
    return word


def web_url_or_empty(value: str) -> str:
    """A URL that is safe as a link, or empty text when the value is none."""
    try:
        return web_url(value)
    except ValueError:
        return ""


def code(value: str, longest: int = 100) -> str:
    """A short code of letters, digits, ``.``, ``_`` and ``-``; other characters are dropped."""
    return re.sub(r"[^A-Za-z0-9._-]", "", value)[:longest]
