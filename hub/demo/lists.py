"""The lists from which the demo world is made: topics and phrases in a dozen languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Topic:
    """Something that courses are about: its subject, for whom, and its name by language."""

    subject: str
    audience: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Tongue:
    """How courses, places, schools and people are called in one language."""

    language: str
    country: str
    variants: tuple[str, ...]
    description: str
    cities: tuple[str, ...]
    schools: tuple[str, ...]
    people: tuple[str, ...]


def _rows(name: str) -> Iterator[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in lines if not line.startswith("#"))


def _tongue(row: list[str]) -> Tongue:
    language, country, variants, description, cities, schools, people = row
    several = (tuple(part.split("|")) for part in (cities, schools, people))
    return Tongue(language, country, tuple(variants.split("|")), description, *several)


TONGUES = tuple(map(_tongue, _rows("phrases.tsv")))
TOPICS = tuple(
    Topic(subject, audience, dict(zip((tongue.language for tongue in TONGUES), names, strict=True)))
    for subject, audience, *names in _rows("topics.tsv")
)
