"""Languages as Moodle codes them: two letters, and packs of regions and variants behind them."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale, UnknownLocaleError

_OLD = {"iw": "he", "in": "id", "ji": "yi", "jv": "jv", "mo": "ro", "sh": "sr"}


def base(code: str) -> str:
    """The language of a code: ``pt_br`` and ``pt-BR`` are ``pt``, ``en_us`` is ``en``; empty for what is no code."""
    match = re.match(r"[A-Za-z]{2,3}(?=$|[_-])", code.strip())
    language = match[0].lower() if match else ""
    return _OLD.get(language, language)


def known(code: str) -> bool:
    """Whether CLDR has a name for the language of this code."""
    return base(code) in _names("en")


def name(code: str, locale: str = "en") -> str:
    """The language's name in the language ``locale``; the code itself when it has none."""
    return _names(locale).get(base(code), code)


@cache
def _names(locale: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(locale.replace("-", "_")).languages.items())
    except (UnknownLocaleError, ValueError):
        return dict(Locale("en").languages.items())
