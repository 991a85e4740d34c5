"""A web of pages in memory, asked as the guarded client would be, and what somebody does to prove an address in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape

from lxml import html

from hub.outgoing.answers import Answer, Hop
from hub.outgoing.errors import Unreachable
from hub.outgoing.limits import Limits


@dataclass
class FakeWeb:
    """Every host answers its pages, and 404 for others; hosts in ``dead`` do not answer."""

    pages: dict[str, bytes] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        self.asked.append(url)
        if self.meanwhile is not None:
            self.meanwhile()
        if any(host in url for host in self.dead):
            raise Unreachable("Nobody answered.")
        page = self.pages.get(url.rstrip("/"))
        status = 404 if page is None else 200
        return Answer(status, url, {}, page or b"", (Hop(url, "192.0.2.1", status),), public=True)


@dataclass(frozen=True)
class Placing:
    """What the page of a proof asks somebody to place."""

    file_url: str
    file_content: str
    meta_tag: str
    txt_name: str
    txt_value: str

    @classmethod
    def read(cls, page: str) -> Placing:
        lines = [unescape(each.text_content()) for each in html.document_fromstring(page).xpath("//main//pre")]
        file_url, file_content, meta_tag, *txt = lines
        txt_name, txt_value = txt or ("", "")
        return cls(file_url, file_content, meta_tag, txt_name, txt_value)

    def front_page(self) -> bytes:
        return f"<!DOCTYPE html><html><head><title>A</title>{self.meta_tag}</head><body></body></html>".encode()
