"""Sends the recorded requests of a real Moodle to a hub on a socket.

What the hub of the recording had handed out is replaced by what this hub hands out: its address, the token, the number
of the course at hand. Every other byte stays, above all the encoding of the bodies; ``Content-Length`` follows.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import lxml.etree

RECORDINGS = Path(__file__).resolve().parent.parent / "recordings"
RECORDED_HUB = b"127.0.0.1:9199"
RECORDED_TOKEN = b"newhubtoken0123456789abcdef012345"
BYTEWISE_REFERENCE = re.compile(rb"&#(1[2-9][0-9]|2[0-4][0-9]|25[0-5]);")


@dataclass(frozen=True)
class Reply:
    """An answer as it came over the socket."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def location(self) -> dict[str, str]:
        """The parameters of the address that a redirect leads to."""
        return dict(parse_qsl(urlsplit(self.headers["location"]).query, keep_blank_values=True))

    def value(self) -> object:
        """What an XML-RPC answer holds; fails on a fault and on anything that old clients cannot read."""
        assert self.status == 200
        assert self.headers["content-type"] == "text/xml; charset=utf-8"
        assert self.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
        root = lxml.etree.fromstring(self.body)
        assert root.tag == "methodResponse"
        assert root.find("fault") is None, self.body.decode()
        return _value(root.find("params/param/value"))

    def fault(self) -> tuple[int, str]:
        """Code and text of an XML-RPC fault."""
        assert self.status == 200
        fault = _value(lxml.etree.fromstring(self.body).find("fault/value"))
        assert isinstance(fault, dict)
        return fault["faultCode"], fault["faultString"]


def _value(element: lxml.etree._Element) -> object:
    """A typed value; every scalar has a type element, or clients of 2.0 lose it (protocol/moodle-clients.md 5.3)."""
    (typed,) = element
    match typed.tag:
        case "int":
            return int(typed.text)
        case "boolean":
            return typed.text == "1"
        case "double":
            return float(typed.text)
        case "string":
            return _repaired(typed.text or "")
        case "array":
            return [_value(each) for each in typed.findall("data/value")]
        case "struct":
            return {each.findtext("name"): _value(each.find("value")) for each in typed.findall("member")}
    raise AssertionError(f"unexpected type {typed.tag}")


def _repaired(text: str) -> str:
    """What PHP's extension makes of byte-wise references: each is one byte of UTF-8."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


@dataclass
class Recording:
    """One folder of recorded requests, sent to one hub in any order."""

    folder: str
    port: int
    token: str = ""
    course_id: int = 0
    sent: list[str] = field(default_factory=list)

    def send(self, number: str) -> Reply:
        """Send the request of this number, and give the answer."""
        (path,) = (RECORDINGS / self.folder).glob(f"{number}-*.request")
        self.sent.append(path.name)
        return exchange(self.port, self._adapted(path.read_bytes()))

    def unsent(self) -> set[str]:
        """The recorded requests that were not sent."""
        return {path.name for path in (RECORDINGS / self.folder).glob("*.request")} - set(self.sent)

    def part(self, number: str, name: str) -> bytes:
        """The content of a part of a recorded multipart request."""
        (path,) = (RECORDINGS / self.folder).glob(f"{number}-*.request")
        recorded = path.read_bytes()
        boundary = re.search(rb"boundary=(\S+)\r\n", recorded)
        assert boundary is not None
        for part in recorded.split(b"--" + boundary[1]):
            head, _, content = part.partition(b"\r\n\r\n")
            if f'name="{name}"'.encode() in head:
                return content.removesuffix(b"\r\n")
        raise AssertionError(f"no part {name}")

    def _adapted(self, recorded: bytes) -> bytes:
        here = f"127.0.0.1:{self.port}".encode()
        adapted = recorded.replace(RECORDED_HUB, here).replace(
            RECORDED_HUB.replace(b":", b"%3A"), here.replace(b":", b"%3A")
        )
        if self.token:
            adapted = adapted.replace(RECORDED_TOKEN, self.token.encode())
        if self.course_id:
            adapted = self._with_course(adapted)
        head, _, body = adapted.partition(b"\r\n\r\n")
        head = re.sub(rb"(?mi)^(Content-Length): \d+", rb"\1: %d" % len(body), head)
        return head + b"\r\n\r\n" + body

    def _with_course(self, request: bytes) -> bytes:
        number = str(self.course_id).encode()
        request = re.sub(rb"(filetype=backup&courseid=)\d+", rb"\g<1>" + number, request)
        if b"hub_unregister_courses" in request:
            return request.replace(b"<int>11</int>", b"<int>" + number + b"</int>")
        return re.sub(rb'(name="courseid"\r\n\r\n)\d+\r\n', rb"\g<1>" + number + b"\r\n", request)


def exchange(port: int, request: bytes) -> Reply:
    """Send these bytes and read the whole answer."""
    method = request.partition(b" ")[0]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        stream = connection.makefile("rb")
        status = int(stream.readline().split()[1])
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        body = b"" if method == b"HEAD" else stream.read(length)
    assert len(body) == length or method == b"HEAD"
    return Reply(status, headers, body)
