"""What every storage promises."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from hub.storage.disk import DiskFiles
from hub.storage.files import FileMissing, Files
from hub.storage.objects import ObjectFiles


@pytest.fixture(params=["disk", "objects in memory", "objects on disk"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "disk":
        return DiskFiles(tmp_path / "files")
    if request.param == "objects in memory":
        return ObjectFiles("memory:///")
    (tmp_path / "bucket").mkdir()
    return ObjectFiles(f"file://{tmp_path / 'bucket'}")


def test_what_was_put_can_be_read_sized_and_deleted(storage: Files) -> None:
    storage.put("courses/1/abc", io.BytesIO(b"content"))
    with storage.open("courses/1/abc") as opened:
        assert opened.read() == b"content"
    assert storage.size("courses/1/abc") == 7
    storage.delete("courses/1/abc")
    assert storage.size("courses/1/abc") is None
    with pytest.raises(FileMissing):
        storage.open("courses/1/abc")


def test_a_part_of_a_file_can_be_read(storage: Files) -> None:
    storage.put("a", io.BytesIO(bytes(range(256)) * 1000))
    with storage.open("a") as opened:
        assert opened.seekable()
        assert opened.seek(255_990) == 255_990
        assert (opened.read(20), opened.read(1)) == (bytes(range(246, 256)), b"")
        opened.seek(3)
        assert (opened.read(2), opened.tell()) == (b"\x03\x04", 5)


def test_a_finished_file_is_taken_over(storage: Files, tmp_path: Path) -> None:
    arrived = tmp_path / "arrived"
    arrived.write_bytes(b"x" * 3_000_000)
    storage.take("courses/2/backup", arrived)
    assert storage.size("courses/2/backup") == 3_000_000
    assert not arrived.exists()


def test_deleting_what_is_not_there_is_no_error_t57(storage: Files) -> None:
    storage.delete("nothing/here")


def test_an_empty_file_is_a_file(storage: Files) -> None:
    storage.put("empty", io.BytesIO())
    assert storage.size("empty") == 0


def test_keys_are_listed_by_folder(storage: Files) -> None:
    for key in ("courses/1/b", "courses/1/a.150", "courses/12/c", "hub/logo.png"):
        storage.put(key, io.BytesIO(b"x"))
    assert sorted(storage.keys("courses/1")) == ["courses/1/a.150", "courses/1/b"]
    assert len(list(storage.keys())) == 4
    assert list(storage.keys("none")) == []


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../x", "a/../../b", "a//b", "a/", ".hidden", "a/.b", "A", "a b", "a\x00", "x" * 201, "ä"],
)
def test_what_is_no_key_reaches_no_path(storage: Files, key: str) -> None:
    for attempt in (storage.open, storage.size, storage.delete):
        with pytest.raises(ValueError, match="not a storage key"):
            attempt(key)
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(key, io.BytesIO())


def test_half_a_file_is_never_seen_under_its_key(tmp_path: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("the line broke")
            return super().read(10)

    storage = DiskFiles(tmp_path)
    with pytest.raises(OSError, match="the line broke"):
        storage.put("courses/1/abc", Breaking(b"x" * 100))
    assert storage.size("courses/1/abc") is None
    assert list(storage.keys()) == []
    assert os.listdir(tmp_path / "courses" / "1") == []
