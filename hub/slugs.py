"""Readable ends of addresses, made from titles."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60


def slug(title: str) -> str:
    """The title's letters and digits in lower case, joined by hyphens, in any script; ``-`` when it has none."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", title).casefold().replace("_", " "))
    return "-".join(words)[:LONGEST].strip("-") or "-"
