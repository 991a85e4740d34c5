"""A Moodle site as far as a hub sees it: a real HTTP server on an address of its own on loopback."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Hit:
    """A request that the site received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


class MoodleSite:
    """Answers every address below its path, and remembers who asked for what.

    Each site can have a host of its own (127.0.0.2, 127.0.0.3, …), all with real sockets.
    """

    def __init__(self, host: str = "127.0.0.1", path: str = "", status: int = 200, port: int = 0) -> None:
        self.path = path
        self.status = status  # of every answer; 404 plays a site that is not there
        self.location: str | None = None  # where a redirecting site (status 301 to 308) leads
        self.pages: dict[str, bytes] = {}  # what stands at a path, instead of the page that stands everywhere
        self.redirects: dict[str, str] = {}  # where a path leads
        self.hits: list[Hit] = []
        self._server = ThreadingHTTPServer((host, port), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return str(self._server.server_address[0])

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The site's address as its administrator would write it."""
        return f"http://{self.host}:{self.port}{self.path}"

    @property
    def confirmations(self) -> list[Hit]:
        """The times that a browser came back from the hub with a token."""
        return [hit for hit in self.hits if hit.path == f"{self.path}/admin/registration/confirmregistration.php"]

    @property
    def renewals(self) -> list[Hit]:
        """The times that a browser came back because the site is a copy."""
        return [hit for hit in self.hits if hit.path == f"{self.path}/admin/registration/renewregistration.php"]

    def stop(self) -> None:
        """Go off line."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_for(site: MoodleSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "Apache"
        sys_version = ""

        def answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            site.hits.append(Hit(self.command, parts.path, query, dict(self.headers.items()), body))
            there = parts.path.startswith(site.path) or parts.path == "/favicon.ico"  # which browsers ask for unasked
            status = site.status if there else 404
            page = b"<!DOCTYPE html><html lang='en'><title>A Moodle site</title><h1>A Moodle site</h1></html>"
            page = site.pages.get(parts.path, page)
            if parts.path in site.redirects and not parts.query:
                self.send_response(302)
                self.send_header("Location", site.redirects[parts.path])
            else:
                self.send_response(status)
            if site.location and 300 <= status < 400:
                self.send_header("Location", site.location)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page)

        do_GET = do_HEAD = do_POST = answer

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing: the test reads ``hits``."""

    return Handler
