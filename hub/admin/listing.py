"""What the moderators' lists have in common: the page asked for."""

from __future__ import annotations

from flask import request

_LAST = 1_000_000  # far beyond any list; keeps the offset within what databases take


def page_number() -> int:
    """The page asked for, from 0."""
    return min(max(request.args.get("page", 0, type=int), 0), _LAST)
