"""Files in an object store, such as S3 or what is compatible with it. Credentials come from its usual variables."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import obstore
from obstore.store import from_url

from hub.storage.files import FileMissing, require_key

_PART = 8 * 1024 * 1024
_READ_AHEAD = 1024 * 1024


class ObjectFiles:
    """A storage behind an address such as ``s3://bucket/prefix``."""

    def __init__(self, url: str) -> None:
        self.store: Any = from_url(url)

    def put(self, key: str, source: BinaryIO) -> None:
        """Sent in parts, two at a time: memory does not grow with the file."""
        obstore.put(self.store, require_key(key), source, chunk_size=_PART, max_concurrency=2)

    def take(self, key: str, path: Path) -> None:
        with path.open("rb") as source:
            self.put(key, source)
        path.unlink()

    def open(self, key: str) -> BinaryIO:
        try:
            opened = obstore.open_reader(self.store, require_key(key), buffer_size=_READ_AHEAD)
        except FileNotFoundError as error:
            raise FileMissing(f"The file {key} is missing in the storage.") from error
        return cast(BinaryIO, _Reader(opened))

    def size(self, key: str) -> int | None:
        try:
            return int(obstore.head(self.store, require_key(key))["size"])
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        try:
            obstore.delete(self.store, require_key(key))
        except FileNotFoundError:
            return  # some stores say so, others do not; either way it is not there

    def keys(self, prefix: str = "") -> Iterator[str]:
        for some in obstore.list(self.store, prefix=require_key(prefix) if prefix else None):
            yield from sorted(each["path"] for each in some)


class _Reader(io.RawIOBase):
    """An opened object as the rest of Python expects a file to be."""

    def __init__(self, opened: Any) -> None:
        super().__init__()
        self._opened = opened

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._opened.seek(offset, whence))

    def tell(self) -> int:
        return int(self._opened.tell())

    def readinto(self, buffer: Any) -> int:
        got = bytes(self._opened.read(len(buffer)))
        buffer[: len(got)] = got
        return len(got)

    def close(self) -> None:
        if not self.closed:
            self._opened.close()
        super().close()
