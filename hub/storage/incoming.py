"""Files on their way in: written to a temporary file each, a limited number at once, never more than the disk bears.

The places are lock files, so the limit holds for all processes of this machine, and a place is free again the moment
that a process dies. What it had written is written over by the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import current_app

from hub.errors import HubError

_CHECKED_EVERY = 64 * 1024 * 1024


class TooManyUploads(HubError):
    """As many files are arriving as the hub takes at once."""

    key = "toomanyuploads"
    status = 503

    def __init__(self) -> None:
        super().__init__("Too many files are arriving at this moment. Try again in a few minutes.")


class DiskFull(HubError):
    """The disk has no room for what arrives."""

    key = "diskfull"
    status = 503

    def __init__(self) -> None:
        super().__init__("The hub has no room for this file at the moment. Try again later, or tell its administrator.")


class FileTooLarge(HubError):
    """The file is larger than its kind may be."""

    key = "filetoolarge"
    status = 413

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The file is too large: this hub takes at most {most} bytes of this kind. Send a smaller one."
        )


class Arrival:
    """A file that is arriving: its bytes as they come, their number and their SHA-256."""

    def __init__(self, path: Path, kept_free: int) -> None:
        self.path = path
        self.size = 0
        self.most = 0
        self._kept_free = kept_free
        self._digest = hashlib.sha256()
        self._file = path.open("wb")

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Take some bytes; FileTooLarge beyond ``most``, DiskFull when too little would be left for the hub."""
        if self.size + len(data) > self.most:
            raise FileTooLarge(self.most)
        if self.size // _CHECKED_EVERY != (self.size + len(data)) // _CHECKED_EVERY:
            require_room(self.path.parent, _CHECKED_EVERY, self._kept_free)
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def close(self) -> None:
        """No more bytes come."""
        self._file.close()


@contextmanager
def arrival(*, at_once: int, expected: int, kept_free: int) -> Iterator[Arrival]:
    """A place for one file; TooManyUploads or DiskFull when there is none. What nobody took is gone at the end."""
    folder = current_app.config["DATA_FOLDER"] / "incoming"
    folder.mkdir(exist_ok=True)
    require_room(folder, expected, kept_free)
    with _place(folder, at_once) as number:
        arriving = Arrival(folder / f"{number}.part", kept_free)
        try:
            yield arriving
        finally:
            arriving.close()
            arriving.path.unlink(missing_ok=True)


def require_room(folder: Path, expected: int, kept_free: int) -> None:
    """Raise DiskFull when so many more bytes would leave less than ``kept_free`` on the disk of this folder."""
    if shutil.disk_usage(folder).free - expected < kept_free:
        raise DiskFull()


@contextmanager
def _place(folder: Path, at_once: int) -> Iterator[int]:
    for number in range(at_once):
        with (folder / f"{number}.lock").open("wb") as lock:
            if _locked(lock):
                yield number
                return
    raise TooManyUploads()


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
