"""Word stems by language (Snowball), so that a search finds a word's other forms."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import snowballstemmer

_LATIN = {
    "eu": "basque",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "eo": "esperanto",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "hu": "hungarian",
    "id": "indonesian",
    "ga": "irish",
    "it": "italian",
    "lt": "lithuanian",
    "no": "norwegian",
    "nb": "norwegian",
    "nn": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "es": "spanish",
    "sv": "swedish",
    "tr": "turkish",
}
_OTHER = {
    "ar": "arabic",
    "hy": "armenian",
    "el": "greek",
    "hi": "hindi",
    "ne": "nepali",
    "fa": "persian",
    "ru": "russian",
    "sr": "serbian",
    "ta": "tamil",
    "yi": "yiddish",
}
ALGORITHMS = _LATIN | _OTHER

_FIRST_NON_LATIN = "\u0370"
_ARTICLE = re.compile(r"^(?:[وفبك]?ال|لل)(?=\w{3})")  # Snowball treats a word with it as quite another word
_own = threading.local()  # a stemmer keeps its word while it works: each thread has its own


def stem(word: str, language: str) -> str:
    """The word's stem in this language (a base code); the word itself where the language has no stemmer."""
    return _stem(word, ALGORITHMS[language]) if language in ALGORITHMS else word


def stems(word: str, languages: Iterable[str]) -> set[str]:
    """What the word's stem may be when its language is one of these."""
    possible = _OTHER if word > _FIRST_NON_LATIN else _LATIN
    return {_stem(word, algorithm) for algorithm in {possible[each] for each in languages if each in possible}}


@lru_cache(maxsize=20_000)
def _stem(word: str, algorithm: str) -> str:
    if algorithm == "arabic":
        word = _ARTICLE.sub("", word)
    return _stemmer(algorithm).stemWord(word)  # type: ignore[no-any-return]  # the library has no types


def _stemmer(algorithm: str) -> Any:
    made: dict[str, Any] = _own.__dict__
    if algorithm not in made:
        made[algorithm] = snowballstemmer.stemmer(algorithm)
    return made[algorithm]
