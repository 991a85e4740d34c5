"""The small language of parameters and results: ``many(struct({"id": integer, "name": text}))``.

Reading is tolerant as clients need it (protocol/moodle-clients.md 5 and 7): unknown keys are ignored, null and empty
arrays count as nothing, numbers may be text and text may be a number. Giving is strict: it makes exactly the declared
types, so that each dialect writes by type alone.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from hub import fields
from hub.webservices.encodings import legal
from hub.webservices.exchange import Wire
from hub.webservices.faults import InvalidParameter

LONGEST_TEXT = 65_535
LONGEST_RAW_TEXT = 1_000_000
LONGEST_LIST = 5_000
LARGEST_INTEGER = 2**63 - 1

_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?")
_CODE = re.compile(r"[A-Za-z0-9._-]*")


class Misfit(ValueError):
    """A value that cannot be read; ``path`` leads to it from the outermost value."""

    def __init__(self, path: str, advice: str) -> None:
        super().__init__(advice)
        self.path = path


def _inside(step: str, problem: ValueError) -> Misfit:
    rest = problem.path if isinstance(problem, Misfit) else ""
    return Misfit(step + ("." if rest and not rest.startswith("[") else "") + rest, str(problem))


class Type(ABC):
    """How one kind of value is read from callers and given to them; ValueError for what cannot be read."""

    words: str
    blank_is_absent = False

    @abstractmethod
    def read(self, value: Wire) -> Any:
        """The value that the function receives."""

    @abstractmethod
    def give(self, value: Any) -> Wire:
        """The value that goes out."""


@dataclass(frozen=True)
class Text(Type):
    """Text for people, in one Unicode form and without control characters; nothing at all reads as empty text."""

    longest: int = LONGEST_TEXT
    words: str = "text"

    def up_to(self, longest: int) -> Text:
        """The same with another limit on the number of characters."""
        return replace(self, longest=longest)

    def read(self, value: Wire) -> str:
        return fields.text(self._unread(value))

    def give(self, value: Any) -> str:
        return legal(str(value)) if value is not None else ""

    def _unread(self, value: Wire) -> str:
        written = value if isinstance(value, str) else _written(value)
        if len(written) > self.longest:
            raise ValueError(f"is {len(written)} characters long; shorten it to {self.longest}")
        return written


@dataclass(frozen=True)
class Raw(Text):
    """Text that is kept as it was sent, but for characters that no document may hold: markup, JSON, secrets."""

    longest: int = LONGEST_RAW_TEXT
    words: str = "raw text"

    def read(self, value: Wire) -> str:
        return legal(self._unread(value))


@dataclass(frozen=True)
class Url(Text):
    """A web address, or empty text."""

    longest: int = 2_000
    words: str = "URL"

    def read(self, value: Wire) -> str:
        written = self._unread(value).strip()
        return fields.web_url(written) if written else ""


@dataclass(frozen=True)
class Email(Text):
    """A mail address, or empty text."""

    longest: int = 254
    words: str = "mail address"

    def read(self, value: Wire) -> str:
        return fields.email(self._unread(value))


@dataclass(frozen=True)
class Code(Text):
    """A short name of letters, digits, ``.``, ``_`` and ``-``, or empty text."""

    longest: int = 100
    words: str = "code"

    def read(self, value: Wire) -> str:
        written = self._unread(value).strip()
        if not _CODE.fullmatch(written):
            raise ValueError(f"write letters, digits, '.', '_' and '-' only, not {written!r}")
        return written


def _written(value: Wire) -> str:
    """How a client that types its arguments by guessing would have written this text."""
    if value is None or value is False or value == [] or value == {}:
        return ""
    if isinstance(value, list | dict):
        raise ValueError("must be text, not a structure")
    return "1" if value is True else str(value)


@dataclass(frozen=True)
class Integer(Type):
    """A whole number of at most 64 bits."""

    least: int = -LARGEST_INTEGER - 1
    most: int = LARGEST_INTEGER
    words: str = "integer"
    blank_is_absent = True

    def between(self, least: int, most: int) -> Integer:
        """The same within these limits."""
        return replace(self, least=least, most=most)

    def read(self, value: Wire) -> int:
        number = _whole(value)
        if not self.least <= number <= self.most:
            raise ValueError(f"write a whole number from {self.least} to {self.most}")
        return number

    def give(self, value: Any) -> int:
        return int(value)


def _whole(value: Wire) -> int:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return fields.integer(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise ValueError(f"write a whole number, not {_shown(value)}")


@dataclass(frozen=True)
class Decimal(Type):
    """A number, with or without a fraction."""

    words: str = "number"
    blank_is_absent = True

    def read(self, value: Wire) -> float:
        if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
            value = float(value)
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"write a number, not {_shown(value)}")
        return float(value)

    def give(self, value: Any) -> float:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"{number} cannot be written in any dialect")
        return number


@dataclass(frozen=True)
class YesNo(Type):
    """True or false, however the client writes it."""

    words: str = "yes or no"

    def read(self, value: Wire) -> bool:
        if isinstance(value, bool):
            return value
        return fields.yes_no("" if value is None or value == [] else _scalar(value))

    def give(self, value: Any) -> bool:
        return bool(value)


def _scalar(value: Wire) -> str:
    if isinstance(value, list | dict):
        raise ValueError("write 1 or 0, not a structure")
    return str(value)


@dataclass(frozen=True)
class Many(Type):
    """A list of one kind of value."""

    each: Type
    longest: int = LONGEST_LIST
    blank_is_absent = True

    @property
    def words(self) -> str:  # type: ignore[override]  # composed, where simple types store theirs
        return f"list of {self.each.words}"

    def read(self, value: Wire) -> list[Any]:
        if value is None or value == "" or value == {}:
            return []
        if not isinstance(value, list):
            raise ValueError("must be a list")
        if len(value) > self.longest:
            raise ValueError(f"has {len(value)} items; send at most {self.longest} at once")
        return [self._read_one(position, each) for position, each in enumerate(value)]

    def _read_one(self, position: int, value: Wire) -> Any:
        try:
            return self.each.read(value)
        except ValueError as problem:
            raise _inside(f"[{position}]", problem) from None

    def give(self, value: Any) -> list[Wire]:
        give = self.each.give
        return [give(each) for each in value]


@dataclass(frozen=True)
class Struct(Type):
    """A structure of named values. Optional ones may be missing, null or (numbers, lists) empty.

    A missing optional value is its default if it has one, else its key is missing in what the function receives.
    In answers an optional value that is None is left out; the order of the keys is kept.
    """

    keys: Mapping[str, Type]
    optional: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    blank_is_absent = True

    @property
    def words(self) -> str:  # type: ignore[override]  # composed, where simple types store theirs
        return "{" + ", ".join(self.described()) + "}"

    def described(self) -> list[str]:
        """One ``name: kind`` for each key, optional ones with a question mark."""
        return [f"{name}{'?' if name in self.optional else ''}: {kind.words}" for name, kind in self.keys.items()]

    def read(self, value: Wire) -> dict[str, Any]:
        given = _named(value)
        read = dict(self.defaults)
        for name, kind in self.keys.items():
            if name in given and (name not in self.optional or _says_something(kind, given[name])):
                read[name] = self._read_one(name, kind, given[name])
            elif name not in self.optional:
                raise Misfit(name, "is missing; send it")
        return read

    def _read_one(self, name: str, kind: Type, value: Wire) -> Any:
        try:
            return kind.read(value)
        except ValueError as problem:
            raise _inside(name, problem) from None

    def give(self, value: Any) -> dict[str, Wire]:
        given: dict[str, Wire] = {}
        for name, kind in self.keys.items():
            one = value.get(name) if name in self.optional else value[name]
            if one is not None or name not in self.optional:
                given[name] = kind.give(one)
        return given


def _named(value: Wire) -> dict[str, Wire]:
    if isinstance(value, dict):
        return value
    if value is None or value == "" or value == []:  # PHP writes an empty structure as an empty list
        return {}
    raise ValueError(f"must be a structure with named values, not {_shown(value)}")


def _says_something(kind: Type, value: Wire) -> bool:
    return value is not None and not (kind.blank_is_absent and (value == "" or value == []))


def _shown(value: Wire) -> str:
    if isinstance(value, list):
        return "a list"
    return "a structure" if isinstance(value, dict) else repr(value)[:100]


def read_arguments(takes: Struct, given: Wire) -> dict[str, Any]:
    """The arguments of a call by name; InvalidParameter tells which value is wrong and what to send instead."""
    try:
        return takes.read(given)
    except ValueError as problem:
        raise InvalidParameter(problem.path if isinstance(problem, Misfit) else "", str(problem)) from None


def many(each: Type, longest: int = LONGEST_LIST) -> Many:
    """A list of ``each``."""
    return Many(each, longest)


def struct(
    keys: Mapping[str, Type], optional: Iterable[str] = (), defaults: Mapping[str, Any] = MappingProxyType({})
) -> Struct:
    """A structure; the keys in ``optional`` may be missing, those in ``defaults`` too, and then have that value."""
    may_be_missing = frozenset(optional) | defaults.keys()
    if not may_be_missing <= keys.keys():
        raise ValueError(f"optional keys that the structure does not have: {sorted(may_be_missing - keys.keys())}")
    return Struct(dict(keys), may_be_missing, dict(defaults))


text = Text()
raw = Raw()
integer = Integer()
decimal = Decimal()
yes_no = YesNo()
url = Url()
email = Email()
code = Code()
