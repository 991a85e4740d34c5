"""Where a browser may be sent back to: a page of this hub, never another host."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def local_path(wanted: str | None) -> str | None:
    """The path, if it is one on this hub; None for anything that a browser could read as another address."""
    return wanted if wanted and _LOCAL.fullmatch(wanted) else None
