"""The subject taxonomy: 439 keys of the field, a parent's key being the beginning of its children's.

The classification is the Australian Standard Classification of Education with a leading 1
(protocol/hub-server.md, appendix B). Sites may send keys that it lacks; those are kept, and have no title.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType


def _read(path: Path) -> Mapping[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return MappingProxyType(dict(each.split("\t", 1) for each in lines))


TITLES = _read(Path(__file__).with_name("subjects.tsv"))
NONE = "none"


def known(key: str) -> bool:
    """Whether the taxonomy has this key."""
    return key in TITLES


def title(key: str) -> str:
    """The subject in words; a key that the taxonomy lacks stands for itself, no subject is empty text."""
    return TITLES.get(key, "" if key == NONE else key)


def ancestors(key: str) -> tuple[str, ...]:
    """The key's parents and the key itself, broadest first: what a search for a parent has to find."""
    if not key.startswith("field"):
        return (key,) if key else ()
    return (*(key[:end] for end in (8, 10, 12) if end < len(key)), key)


def path(key: str) -> tuple[str, ...]:
    """The titles from the broadest field down to the key's own; empty when the taxonomy lacks it."""
    return tuple(TITLES[each] for each in ancestors(key) if each in TITLES)


def tree() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Broad fields with their narrow fields, as ``(key, title, [(key, title), …])``, for a choice of subjects."""
    return [(key, name, _narrow(key)) for key, name in TITLES.items() if len(key) == 8]


def _narrow(broad: str) -> list[tuple[str, str]]:
    return [(key, name) for key, name in TITLES.items() if len(key) == 10 and key.startswith(broad)]
