"""Files in a folder of this machine: whole or absent, and on the disk before anybody is told that they were kept."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hub.storage.files import FileMissing, require_key

_UNFINISHED = ".unfinished"


class DiskFiles:
    """A storage in one folder; keys are paths below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, source: BinaryIO) -> None:
        """Written beside its place first, so that nobody ever opens half a file."""
        unfinished = self._ready(key).with_suffix(f".{secrets.token_hex(8)}{_UNFINISHED}")
        try:
            with unfinished.open("xb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
            self._place(unfinished, key)
        finally:
            unfinished.unlink(missing_ok=True)

    def take(self, key: str, path: Path) -> None:
        """Moved, or copied when it lies on another file system."""
        try:
            self._place(path, key)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with path.open("rb") as source:
                self.put(key, source)
            path.unlink()

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise FileMissing(f"The file {key} is missing in the storage.") from error

    def size(self, key: str) -> int | None:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str = "") -> Iterator[str]:
        start = self._path(prefix) if prefix else self.folder
        for path in sorted(start.rglob("*")):
            if path.is_file() and path.suffix != _UNFINISHED:
                yield path.relative_to(self.folder).as_posix()

    def _path(self, key: str) -> Path:
        return self.folder / require_key(key)

    def _ready(self, key: str) -> Path:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _place(self, source: Path, key: str) -> None:
        target = self._ready(key)
        _sync(source)
        source.replace(target)
        _sync(target.parent)


def _sync(path: Path) -> None:
    """Wait until the disk has it; a folder has the names of what lies in it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
