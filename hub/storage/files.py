"""Files by key: what every storage offers, and the one that this hub uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from flask import current_app

from hub.errors import HubError

_KEY = re.compile(r"[a-z0-9_-]+(?:[/.][a-z0-9_-]+)*")
LONGEST_KEY = 200


class FileMissing(HubError):
    """The storage has no file under this key."""

    key = "filemissing"
    status = 404


class Files(Protocol):
    """A storage. A key is seen by others only when its file is complete, and names the same bytes for ever."""

    def put(self, key: str, source: BinaryIO) -> None:
        """Store what can be read from ``source``."""

    def take(self, key: str, path: Path) -> None:
        """Store the file at ``path``, which is gone afterwards: its caller has no more use for it."""

    def open(self, key: str) -> BinaryIO:
        """The file, readable and seekable; FileMissing when there is none. Whoever opens it closes it."""

    def size(self, key: str) -> int | None:
        """The number of its bytes, or nothing when there is no such file."""

    def delete(self, key: str) -> None:
        """Forget the file; deleting one that is not there is no error."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys that begin with the folders of ``prefix``."""


def files() -> Files:
    """The storage of this hub."""
    return cast(Files, current_app.extensions["hub_storage"])


def require_key(key: str) -> str:
    """The key itself. Keys are made by us, so a wrong one is a mistake of ours and no path may come of it."""
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key
