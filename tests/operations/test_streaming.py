"""Backups of any size pass through the hub without filling its memory, at whatever pace they come.

``make test`` sends small ones; ``make test-long`` the full 2 GB, and a slow one for two minutes.
"""

from __future__ import annotations

import hashlib
import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from hub.courses.files import backup
from hub.courses.models import Course, Kind
from hub.database import transaction
from hub.extensions import db
from hub.settings import declared
from tests.factories import make_course, make_site, make_token
from tests.support.server import Server

MEGABYTE = 1024 * 1024
BOUNDARY = "backup-boundary"
ROOM = 24 * MEGABYTE  # for buffers, whatever the size of the file
_BEGIN = b"PK\x03\x04" + bytes(22) + b"\0\0\0\0"  # a zip's first entry, without name and extra field


@dataclass
class Backup:
    """A zip file of this many megabytes, made while it is sent, at this many megabytes a second."""

    megabytes: int
    pace: float | None = None

    def parts(self) -> Iterator[bytes]:
        yield _BEGIN + bytes(MEGABYTE - len(_BEGIN))
        for number in range(1, self.megabytes):
            if self.pace:
                time.sleep(1 / self.pace)
            yield number.to_bytes(4, "big") * (MEGABYTE // 4)

    @property
    def sha256(self) -> str:
        digest = hashlib.sha256()
        for part in Backup(self.megabytes).parts():
            digest.update(part)
        return digest.hexdigest()


@dataclass
class Sender:
    """A site that sends a backup of its course."""

    server: Server
    course: Course
    token: str

    def send(self, backup: Backup, megabytes_sent: int | None = None) -> http.client.HTTPResponse | None:
        """The hub's answer; none when the connection ends after ``megabytes_sent``, before the whole file."""
        head, tail = self._around()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.putrequest("POST", "/local/hub/webservice/upload.php")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(len(head) + backup.megabytes * MEGABYTE + len(tail)))
        connection.endheaders(head)
        for number, part in enumerate(backup.parts()):
            if number == megabytes_sent:
                connection.close()
                return None
            connection.send(part)
        connection.send(tail)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def _around(self) -> tuple[bytes, bytes]:
        fields = {"filetype": "backup", "courseid": str(self.course.id), "token": self.token}
        head = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="b.mbz"\r\n\r\n'
        return (head + file).encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def sender(server: Server, app: Flask) -> Sender:
    """A site with a course to download, of which the backup is still missing."""
    with transaction(db.session):  # which takes the write lock first: the server's worker writes too
        for name, value in {"hubenabled": "1", "privacy": "search", "maxuploadbytesperday": ""}.items():
            declared.change(name, value)
        site = make_site(trusted=True)  # its files need no approval
        course = make_course(site, kind=Kind.DOWNLOADABLE, backup=None)
        return Sender(server, course, make_token(site))


def peaks(server: Server) -> int:
    """The most memory that the hub's processes have ever used, added up."""
    assert server.process is not None
    own = server.process.pid
    children = " ".join(path.read_text() for path in Path(f"/proc/{own}/task").glob("*/children")).split()
    return sum(_peak(int(pid)) for pid in (own, *children))


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize(
    "sent",
    [
        Backup(64),
        Backup(4, pace=2),
        pytest.param(Backup(2048), marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
        pytest.param(Backup(120, pace=1), marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
    ids=str,
)
def test_assertion_066_a_backup_comes_and_goes_whole_with_flat_memory(sender: Sender, sent: Backup) -> None:
    sender.send(Backup(1))
    before = peaks(sender.server)
    answer = sender.send(sent)
    assert answer is not None
    assert answer.status == 200
    assert download(sender) == (sent.megabytes * MEGABYTE, sent.sha256)
    assert peaks(sender.server) - before < ROOM


def test_an_upload_that_breaks_off_leaves_nothing(sender: Sender) -> None:
    assert sender.send(Backup(8), megabytes_sent=4) is None
    until = time.monotonic() + 20
    while "POST path=/local/hub/webservice/upload.php" not in sender.server.log and time.monotonic() < until:
        time.sleep(0.05)
    assert "upload.php status=4" in sender.server.log
    db.session.rollback()
    assert backup(sender.course) is None
    folder = sender.server.data_dir
    assert [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 2 * MEGABYTE] == []


def download(sender: Sender) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", sender.server.port, timeout=60)
    path = f"/local/hub/webservice/download.php?courseid={sender.course.id}&filetype=backup&token={sender.token}"
    connection.request("GET", path)
    answer = connection.getresponse()
    size, digest = 0, hashlib.sha256()
    while part := answer.read(MEGABYTE):
        size += len(part)
        digest.update(part)
    connection.close()
    return size, digest.hexdigest()
