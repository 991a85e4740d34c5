"""Files on their way in, and files that nothing names any more."""

from __future__ import annotations

import hashlib
import io
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.database import transaction
from hub.extensions import db
from hub.storage import incoming, multipart, obsolete
from hub.storage.files import files
from hub.storage.incoming import Arrival, DiskFull, FileTooLarge, TooManyUploads
from hub.storage.jobs import sweep
from hub.storage.models import ObsoleteFile
from hub.storage.multipart import FormUnreadable

BOUNDARY = "xyz"


def form(*parts: tuple[str, bytes]) -> bytes:
    written = b"".join(
        b'--xyz\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (name.encode(), b'; filename="/srv/x"' if name == "file" else b"", value)
        for name, value in parts
    )
    return written + b"--xyz--\r\n"


def read(body: bytes, content_type: str = "multipart/form-data; boundary=xyz") -> tuple[dict[str, str], bytes]:
    target = io.BytesIO()
    fields = multipart.read(io.BytesIO(body), content_type, lambda _fields: target)
    return fields, target.getvalue()


def arriving(at_once: int = 2, expected: int = 0, kept_free: int = 0) -> ExitStack:
    stack = ExitStack()
    stack.enter_context(incoming.arrival(at_once=at_once, expected=expected, kept_free=kept_free))
    return stack


@pytest.mark.parametrize("size", [0, 1, 10, multipart.CHUNK - 30, multipart.CHUNK, 3 * multipart.CHUNK + 7])
def test_a_file_arrives_whole_wherever_its_chunks_are_cut_assertion_060(size: int) -> None:
    content = (b"\r\n--xy\r\n--xyzz" + bytes(range(256))) * (size // 270 + 1)
    content = content[:size]
    fields, received = read(form(("filetype", b"backup"), ("file", content), ("token", b"abc")))
    assert (fields, received) == ({"filetype": "backup", "token": "abc"}, content)


def test_whoever_begins_the_file_sees_the_fields_before_it() -> None:
    seen: list[dict[str, str]] = []

    def begin(fields: dict[str, str]) -> io.BytesIO:
        seen.append(dict(fields))
        return io.BytesIO()

    body = form(("filetype", b"backup"), ("file", b"x"), ("token", b"abc"))
    multipart.read(io.BytesIO(body), "multipart/form-data; boundary=xyz", begin)
    assert seen == [{"filetype": "backup"}]


def test_only_the_first_file_counts() -> None:
    assert read(form(("file", b"first"), ("file", b"second")))[1] == b"first"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=xyz"),
        (form(("token", b"a")), "multipart/form-data"),
        (form(("token", b"a")), "text/plain"),
        (form(("token", b"a"))[:-6], "multipart/form-data; boundary=xyz"),
        (form(("token", b"a" * 5000)), "multipart/form-data; boundary=xyz"),
        (form(*[("token", b"a")] * 60), "multipart/form-data; boundary=xyz"),
        (b"--xyz\r\nX: y\r\n\r\nvalue\r\n--xyz--\r\n", "multipart/form-data; boundary=xyz"),
        (b"x" * 5_000_000, "multipart/form-data; boundary=xyz"),
        (b"--xyz\r\n" + b"X" * 5_000_000, "multipart/form-data; boundary=xyz"),
    ],
)
def test_what_is_no_whole_form_is_refused_with_a_sentence(body: bytes, content_type: str) -> None:
    with pytest.raises(FormUnreadable, match="cannot be read"):
        read(body, content_type)


def test_an_arrival_counts_and_sums_and_leaves_nothing(app: Flask) -> None:
    with incoming.arrival(at_once=1, expected=0, kept_free=0) as arrived:
        arrived.most = 100
        arrived.write(b"one")
        arrived.write(b"two")
        assert (arrived.size, arrived.sha256) == (6, hashlib.sha256(b"onetwo").hexdigest())
        arrived.close()
        path = arrived.path
        assert path.read_bytes() == b"onetwo"
    assert not path.exists()


def test_a_file_may_not_grow_beyond_its_limit_b_21(app: Flask) -> None:
    with incoming.arrival(at_once=1, expected=0, kept_free=0) as arrived:
        arrived.most = 5
        arrived.write(b"12345")
        with pytest.raises(FileTooLarge, match="at most 5 bytes"):
            arrived.write(b"6")


def test_only_so_many_files_arrive_at_once(app: Flask) -> None:
    with arriving(), arriving(), pytest.raises(TooManyUploads):
        arriving()
    with arriving(), arriving():
        pass


def test_what_a_killed_process_had_written_is_written_over(app: Flask) -> None:
    folder = app.config["DATA_FOLDER"] / "incoming"
    folder.mkdir()
    (folder / "0.part").write_bytes(b"left behind")
    with incoming.arrival(at_once=1, expected=0, kept_free=0) as arrived:
        assert arrived.path.read_bytes() == b""


@pytest.mark.parametrize(("expected", "kept_free"), [(2**60, 0), (0, 2**60)])
def test_no_file_begins_to_arrive_that_the_disk_cannot_bear(app: Flask, expected: int, kept_free: int) -> None:
    with pytest.raises(DiskFull):
        arriving(expected=expected, kept_free=kept_free)


def test_a_file_whose_size_nobody_announced_stops_when_the_disk_is_full(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "_CHECKED_EVERY", 10)
    arrived = Arrival(tmp_path / "part", 2**60)
    arrived.most = 100
    arrived.write(b"123456789")
    with pytest.raises(DiskFull):
        arrived.write(b"0")
    arrived.close()


def keys() -> list[str]:
    return sorted(files().keys())


def test_files_that_nothing_names_are_deleted_by_the_job(app: Flask) -> None:
    for key in ("courses/1/a", "courses/1/b"):
        files().put(key, io.BytesIO(b"x"))
    with transaction(db.session):
        obsolete.give_up(sa.select(sa.literal("courses/1/a")))
    assert sweep() == 1
    assert sweep() == 0
    assert keys() == ["courses/1/b"]


def test_a_file_that_was_promised_but_never_taken_is_deleted_a_day_later(app: Flask) -> None:
    with transaction(db.session):
        obsolete.promise(["courses/1/a", "courses/1/b", "courses/1/never-written"])
    for key in ("courses/1/a", "courses/1/b"):
        files().put(key, io.BytesIO(b"x"))
    with transaction(db.session):
        obsolete.keep(["courses/1/b"])
    assert sweep() == 0
    with clock.fixed(clock.now() + timedelta(days=1, seconds=1)):
        assert sweep() == 2
    assert keys() == ["courses/1/b"]
    assert db.session.scalars(sa.select(ObsoleteFile.key)).all() == []
