"""Texts that a stranger's server sent, made fit to be shown."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200


def cleaned(text: str, longest: int = LONGEST) -> str:
    """One line without invisible characters, cut where it becomes long."""
    visible = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in text[: 4 * longest])
    line = re.sub(r"\s+", " ", visible).strip()
    return line if len(line) <= longest else line[: longest - 1] + "…"
