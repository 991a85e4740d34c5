"""Throughput of backups, up and down, beside hashing and writing the same bytes; and the server's peak memory.

``python -m benchmarks.transfers [MEGABYTES]``
"""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.hub_under_test import Running, running
from hub import clock
from hub.courses import publication
from hub.courses.details import CourseDetails
from hub.database import transaction
from hub.demo import filling
from hub.extensions import db
from hub.settings import declared
from hub.sites import moderation
from hub.sites.models import Site
from hub.tokens import issuing
from hub.tokens.services import Service

MEGABYTE = 1024 * 1024
SMALL, LARGE = 8, 512  # megabytes: memory must not follow the size
BOUNDARY = b"------------------------0123456789abcdef"


def main(large: int = LARGE) -> None:
    """Print seconds, megabytes per second, ratios and peak memory for a small and a large backup."""
    table = Table("what", "MB/s", "ratio to hash and write", "server's peak memory, MB", title="Transfers")
    with running() as hub:
        token = _site(hub)
        for megabytes in (SMALL, large):
            course_id = _course(hub)
            plain = megabytes / _timed(lambda size=megabytes: _hash_and_write(size))
            up = megabytes / _timed(lambda size=megabytes, number=course_id: _upload(hub.port, token, number, size))
            table.add_row(f"upload {megabytes} MB", f"{up:.0f}", f"{up / plain:.2f}", f"{_peak(hub):.0f}")
            down = megabytes / _timed(lambda size=megabytes, number=course_id: _download(hub.port, number, size))
            table.add_row(f"download {megabytes} MB", f"{down:.0f}", f"{down / plain:.2f}", f"{_peak(hub):.0f}")
    Console(width=100).print(table)


def _site(hub: Running) -> str:
    with hub.app.app_context():
        for step in filling.steps(0):
            with transaction(db.session):
                step()
        with transaction(db.session):
            site = db.session.query(Site).one()
            moderation.trust(site, by=filling.COMMAND, reason="measured")
            declared.change("maxcoursesperday", "")
            return issuing.issue(Service.SITE, site.id)


def _course(hub: Running) -> int:
    with hub.app.app_context(), transaction(db.session):
        site = db.session.query(Site).one()
        details = CourseDetails.parse({"fullname": "A large course", "sitecourseid": 900, "enrollable": 0})
        return publication.publish(site, details, now=clock.now()).id


def _timed(act: Callable[[], None]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def _blocks(megabytes: int) -> Iterator[bytes]:
    """A gzip header, then noise that no file system can shrink; the same block over and over."""
    block = os.urandom(MEGABYTE)
    yield b"\x1f\x8b\x08\x00" + block[4:]
    for _ in range(megabytes - 1):
        yield block


def _hash_and_write(megabytes: int) -> None:
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile() as file:
        for block in _blocks(megabytes):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def _upload(port: int, token: str, course_id: int, megabytes: int) -> None:
    fields = {"filetype": "backup", "courseid": str(course_id), "token": token}
    head = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (BOUNDARY, name.encode(), value.encode())
        for name, value in fields.items()
    )
    head += b'--%b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' % BOUNDARY
    tail = b"\r\n--%b--\r\n" % BOUNDARY
    length = len(head) + megabytes * MEGABYTE + len(tail)
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        connection.sendall(
            b"POST /local/hub/webservice/upload.php HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n"
            b"Content-Type: multipart/form-data; boundary=%b\r\nContent-Length: %d\r\n\r\n" % (BOUNDARY, length)
        )
        connection.sendall(head)
        for block in _blocks(megabytes):
            connection.sendall(block)
        connection.sendall(tail)
        answer = connection.makefile("rb").read()
    if b" 200 " not in answer.split(b"\r\n")[0]:
        raise RuntimeError(answer.decode(errors="replace"))


def _download(port: int, course_id: int, megabytes: int) -> None:
    received = 0
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        address = f"/local/hub/webservice/download.php?filetype=backup&courseid={course_id}"
        connection.sendall(f"GET {address} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
        while block := connection.recv(MEGABYTE):
            received += len(block)
    if received < megabytes * MEGABYTE:
        raise RuntimeError(f"only {received} bytes came back")


def _peak(hub: Running) -> float:
    """The largest peak of the server's processes so far, in megabytes."""
    return max(_peak_of(each) for each in _family(hub.process_id))


def _family(process_id: int) -> list[int]:
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return [process_id, *(each for child in children for each in _family(int(child)))]


def _peak_of(process_id: int) -> float:
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
