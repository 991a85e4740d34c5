"""Countries by their ISO 3166-1 codes of two letters, with the names of CLDR."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pycountry
from babel import Locale, UnknownLocaleError

MAP_SIZE = (1000, 433)  # of hub/static/land.svg
CODES = frozenset(each.alpha_2 for each in pycountry.countries)


def known(code: str) -> bool:
    """Whether this is the code of a country."""
    return code.upper() in CODES


def name(code: str, locale: str = "en") -> str:
    """The country's name in the language ``locale``; the code itself when it is unknown."""
    return _names(locale).get(code.upper(), code) if known(code) else code


def choices(locale: str = "en") -> list[tuple[str, str]]:
    """All countries as ``(code, name)``, by name."""
    return sorted(((code, name(code, locale)) for code in CODES), key=lambda pair: pair[1])


def on_map(code: str) -> tuple[int, int] | None:
    """Where the country lies on the map of ``hub/static/land.svg``; nothing for what is not on it."""
    return _places().get(code)


@cache
def _places() -> dict[str, tuple[int, int]]:
    lines = Path(__file__).with_name("map.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {code: (int(x), int(y)) for code, x, y in rows}


@cache
def _names(locale: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(locale.replace("-", "_")).territories.items())
    except (UnknownLocaleError, ValueError):
        return dict(Locale("en").territories.items())
