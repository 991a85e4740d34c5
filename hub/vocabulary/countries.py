"""Countries by their ISO 3166-1 codes of two letters, with the names of CLDR."""

from __future__ import annotations

from functools import cache

import pycountry
from babel import Locale, UnknownLocaleError

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


@cache
def _names(locale: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(locale.replace("-", "_")).territories.items())
    except (UnknownLocaleError, ValueError):
        return dict(Locale("en").territories.items())
