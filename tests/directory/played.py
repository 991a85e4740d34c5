"""A directory of hubs, played by a real HTTP server: it keeps hubs, calls them back, and misbehaves when told to.

It reads and writes XML-RPC with the standard library, so that the hub's own codec is not its own witness.
"""

from __future__ import annotations

import socket
import ssl
import threading
import xmlrpc.client
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

NEW_TOKEN = "directorytoken0123456789abcdefABCDEF"
PAGE = "/local/hubdirectory/hubregistration.php"
SERVICE = "/local/hubdirectory/webservice/webservices.php"

Answering = Callable[["Asked"], None]


@dataclass
class Asked:
    """A call at hand: what was asked, and the connection for whoever answers it."""

    handler: BaseHTTPRequestHandler
    over: threading.Event  # set when the test ends: who keeps silent waits for this

    def send(self, body: bytes, status: int = 200, kind: str = "text/xml; charset=utf-8", **headers: str) -> None:
        """A proper answer; ``location="x"`` becomes the header Location."""
        self.handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.handler.send_header(name.title(), value)
        self.handler.end_headers()
        self.handler.wfile.write(body)


@dataclass
class PlayedDirectory:
    """A directory; ``calls`` are the functions that hubs called, ``visits`` what browsers brought."""

    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    calls: list[tuple[str, list[Any]]] = field(default_factory=list)
    visits: list[list[tuple[str, str]]] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)  # the headers of each call
    trouble: Answering | None = None  # answers instead of us
    meanwhile: Callable[[], object] | None = None  # what happens while a hub waits for the answer
    known: bool = True  # whether the hub's token is known here

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._server = ThreadingHTTPServer((self.host, 0), _handler_for(self))
        self._server.daemon_threads = True
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self._server.server_address[1]}"

    @property
    def over(self) -> threading.Event:
        return self._over

    def stop(self) -> None:
        """Be gone: connections are refused from here on."""
        self._over.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def way_back(self, visit: list[tuple[str, str]]) -> str:
        """Where the directory sends the browser when it has taken the hub in."""
        brought = dict(visit)
        query = urlencode({"newtoken": NEW_TOKEN, "url": self.url, "token": brought["token"]})
        return f"{brought['url']}/local/hub/admin/confirmregistration.php?{query}"

    def answer(self, function: str, arguments: list[Any]) -> bytes:
        """What an honest directory answers."""
        if not self.known:
            return fault(89159464, "Invalid token | ERRORCODE: invalidtoken")
        if function == "hubdirectory_unregister_hub":
            self.known = False
            return value(1)
        return value(True)


def value(result: object) -> bytes:
    """An answer that carries this."""
    return xmlrpc.client.dumps((result,), methodresponse=True).encode()


def fault(code: int, text: str) -> bytes:
    """A refusal."""
    return xmlrpc.client.dumps(xmlrpc.client.Fault(code, text)).encode()


def _handler_for(directory: PlayedDirectory) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path != PAGE:
                Asked(self, directory.over).send(b"", 404)
                return
            visit = parse_qsl(parts.query, keep_blank_values=True)
            directory.visits.append(visit)
            link = f'<a href="{escape(directory.way_back(visit))}">Take the hub in</a>'
            page = f"<!DOCTYPE html><html lang='en'><title>Directory</title><h1>Directory</h1><p>{link}</p></html>"
            Asked(self, directory.over).send(page.encode(), kind="text/html; charset=utf-8")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            arguments, function = xmlrpc.client.loads(body)
            directory.calls.append((str(function), list(arguments)))
            directory.requests.append({**dict(self.headers.items()), "path": self.path, "body": body.decode()})
            if directory.meanwhile is not None:
                directory.meanwhile()
            with suppress(OSError):  # a hub that hangs up is what some tests are about
                self._answer(str(function), list(arguments))

        def _answer(self, function: str, arguments: list[Any]) -> None:
            asked = Asked(self, directory.over)
            if directory.trouble is not None:
                directory.trouble(asked)
            elif urlsplit(self.path).path != SERVICE or dict(parse_qsl(urlsplit(self.path).query)) != {
                "wstoken": NEW_TOKEN
            }:
                asked.send(fault(89159464, "Invalid token | ERRORCODE: invalidtoken"))
            else:
                asked.send(directory.answer(function, arguments))

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing: the test reads ``calls``."""

    return Handler


def _silent(asked: Asked) -> None:
    asked.over.wait(20)


def _drips(asked: Asked) -> None:
    asked.handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not asked.over.wait(0.05):
        asked.handler.wfile.write(b"x")


def _breaks_off(asked: Asked) -> None:
    asked.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<?xml")
    asked.handler.wfile.flush()
    asked.handler.connection.shutdown(socket.SHUT_RDWR)


def _speaks_no_http(asked: Asked) -> None:
    asked.handler.wfile.write(b"220 mail.example.org ESMTP\r\n")


def _sends(body: bytes, status: int = 200, **how: str) -> Answering:
    return lambda asked: asked.send(body, status, **how)


def _nested(depth: int) -> bytes:
    inner = b"<array><data><value>" * depth + b"1" + b"</value></data></array>" * depth
    return (
        b"<?xml version='1.0'?><methodResponse><params><param><value>"
        + inner
        + b"</value></param></params></methodResponse>"
    )


_ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b"<methodResponse><params><param><value>&a;</value></param></params></methodResponse>"
)
_LATIN_FAULT = (
    '<?xml version="1.0" encoding="ISO-8859-1"?><methodResponse><fault><value><struct><member><name>faultCode</name>'
    "<value><int>7</int></value></member><member><name>faultString</name><value><string>Zugang verweigert: Übung"
    "</string></value></member></struct></value></fault></methodResponse>"
).encode("latin-1")
_BYTEWISE_FAULT = fault(7, "PLACE").replace(b"PLACE", b"&#195;&#156;bung")

# What can go wrong on the wire: name, who answers, the error, and a part of what the administrator reads.
TROUBLES: dict[str, tuple[Answering, str, str]] = {
    "silent": (_silent, "directoryunreachable", "silent"),
    "drips": (_drips, "directoryunreachable", "no complete answer"),
    "breaks off": (_breaks_off, "directoryunreachable", "broke off"),
    "speaks no HTTP": (_speaks_no_http, "directoryunreachable", "not HTTP"),
    "endless": (_sends(b"<a>" * 1_000_000), "directoryunreachable", "nothing of it was kept"),
    "not found": (_sends(b"gone", 404, kind="text/html"), "directorybroken", "check its address"),
    "broken": (_sends(b"", 500), "directorybroken", "status 500"),
    "under repair": (_sends(value(True), 503), "directorybroken", "status 503"),
    "elsewhere": (
        _sends(b"", 302, location="https://new.example.org/x?wstoken=s3cret"),
        "directoryelsewhere",
        "https://new.example.org/x.",
    ),
    "a web page": (_sends(b"<!DOCTYPE html><p>Welcome</p>", kind="text/html"), "directoryunreadable", "text/html"),
    "a web page without doctype": (
        _sends(b"<html><p>Hi</p></html>", kind="text/html"),
        "directoryunreadable",
        "'html'",
    ),
    "empty": (_sends(b""), "directoryunreadable", "no XML document"),
    "JSON": (_sends(b'{"exception": "x"}', kind="application/json"), "directoryunreadable", "application/json"),
    "half a document": (_sends(value(True)[:-20]), "directoryunreadable", "not well-formed"),
    "a call instead of an answer": (
        _sends(xmlrpc.client.dumps((), "hub_get_info").encode()),
        "directoryunreadable",
        "'methodCall'",
    ),
    "an answer without a value": (_sends(b"<methodResponse/>"), "directoryunreadable", "neither a value nor a fault"),
    "entities": (_sends(_ENTITIES), "directoryunreadable", "document type declaration"),
    "deeply nested": (_sends(_nested(60)), "directoryunreadable", "within each other"),
    "too deep for any parser": (_sends(_nested(5000)), "directoryunreadable", "not well-formed"),
    "unknown encoding": (
        _sends(b'<?xml version="1.0" encoding="utf-7"?><methodResponse/>'),
        "directoryunreadable",
        "utf-7",
    ),
    "a struct instead of yes": (_sends(value({"ok": True})), "directoryunreadable", "neither yes nor no"),
    "a list instead of yes": (_sends(value([True])), "directoryunreadable", "neither yes nor no"),
    "words instead of yes": (_sends(value("of course")), "directoryunreadable", "neither yes nor no"),
    "another number": (_sends(value(7)), "directoryunreadable", "neither yes nor no"),
    "no": (_sends(value(False)), "directoryrefused", "not done"),
    "zero": (_sends(value(0)), "directoryrefused", "not done"),
    "an empty string": (_sends(value("")), "directoryrefused", "not done"),
    "a fault": (_sends(fault(1, "We are <b>full</b> | ERRORCODE: full")), "directoryrefused", "refused: We are full"),
    "a fault without words": (_sends(fault(1, "")), "directoryrefused", "did not say why"),
    "a fault that is none": (
        _sends(b"<methodResponse><fault><value>x</value></fault></methodResponse>"),
        "directoryrefused",
        "did not say why",
    ),
    "a fault in Latin-1": (_sends(_LATIN_FAULT), "directoryrefused", "verweigert: Übung"),
    "a fault byte by byte": (_sends(_BYTEWISE_FAULT), "directoryrefused", "Übung"),
    "a fault that repeats the token": (_sends(fault(1, f"bad {NEW_TOKEN}")), "directoryrefused", "bad ***"),
}

SLOW = {"silent", "drips"}

# What looks odd and means yes.
AGREEMENTS: dict[str, Answering] = {
    "true": _sends(value(True)),
    "1": _sends(value(1)),
    "the text 1": _sends(value("1")),
    "as plain text": _sends(value(True), kind="text/plain"),
    "as a web page": _sends(value(True), kind="text/html"),
    "after a byte order mark": _sends(b"\xef\xbb\xbf\n" + value(True)),
    "untyped": _sends(b"<methodResponse><params><param><value>1</value></param></params></methodResponse>"),
    "in Latin-1": _sends(b'<?xml version="1.0" encoding="iso-8859-1"?>\n' + value(True).partition(b"?>")[2].lstrip()),
}
