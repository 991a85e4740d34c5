"""Text on the wire: characters that XML cannot carry, and UTF-8 spelt byte by byte by the clients of 2016 and 2017.

Moodle 3.1 to 3.3 writes every byte of its UTF-8 as a decimal reference (``é`` as ``&#195;&#169;``), and Moodle 3.1
to 3.4.0 reads answers right only when they are written that way too (protocol/moodle-clients.md 5.4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.webservices.exchange import Wire

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_BYTE_REFERENCE = re.compile(rb"&#(?:0*(?:12[89]|1[3-9][0-9]|2[0-4][0-9]|25[0-5])|[xX]0*[89A-Fa-f][0-9A-Fa-f]);")
_VERSION = re.compile(r"\s*([0-9]{10})")
_RELEASE = re.compile(r"\s*([0-9]+)\.([0-9]+)(?:\.([0-9]+))?")

FIRST_BYTEWISE_VERSION = 2016052300  # Moodle 3.1
FIRST_PLAIN_VERSION = 2017111301  # Moodle 3.4.1


@dataclass(frozen=True, slots=True)
class RequestStyle:
    """How a request is written, which tells what kind of client sent it."""

    ascii_only: bool
    bytewise: bool
    extension_layout: bool


def style_of(body: bytes, user_agent: str) -> RequestStyle:
    """The style of an XML-RPC request; 3.1 to 3.4.0 print one element per line and call themselves MoodleBot/1.0."""
    ascii_only = body.isascii()
    return RequestStyle(
        ascii_only=ascii_only,
        bytewise=ascii_only and b"&#" in body and _BYTE_REFERENCE.search(body) is not None,
        extension_layout=user_agent == "MoodleBot/1.0" and b"<methodCall>\n<methodName>" in body[:200],
    )


def wants_references(version: str, release: str, style: RequestStyle) -> bool:
    """Whether the client that wrote this reads non-ASCII text only byte by byte.

    What the site told about itself decides; who told nothing (``publichub``) is judged by the request. Text sent raw
    comes from 3.4.0 or from the plugin on later versions; the later ones are far more, and read raw text.
    """
    known = _needs_references(version, release)
    if known is not None:
        return known
    return style.bytewise or (style.extension_layout and style.ascii_only)


def _needs_references(version: str, release: str) -> bool | None:
    number = _VERSION.match(version)
    if number:
        return FIRST_BYTEWISE_VERSION <= int(number[1]) < FIRST_PLAIN_VERSION
    named = _RELEASE.match(release)
    if named:
        return (int(named[1]), int(named[2]), int(named[3] or 0)) in _BYTEWISE_RELEASES
    return None


_BYTEWISE_RELEASES = {(3, minor, patch) for minor in (1, 2, 3) for patch in range(100)} | {(3, 4, 0)}


def legal(text: str) -> str:
    """The text without the characters that no XML document may hold."""
    return text if text.isascii() and text.isprintable() else _ILLEGAL.sub("", text)


def legal_document(body: bytes) -> bytes:
    """The document without bytes that are no UTF-8, illegal characters, and references to illegal characters.

    Sites send what people pasted: a vertical tab from a word processor must not keep a site from its update.
    """
    return _REFERENCE.sub(_without_illegal, legal(body.decode("utf-8", "ignore"))).encode()


def _without_illegal(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if number <= 0x10FFFF and not _ILLEGAL.match(chr(number)) else ""


def joined(text: str) -> str:
    """The text that byte-wise references meant; unchanged when its characters are not the bytes of valid UTF-8."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def all_joined(value: Wire) -> Wire:
    """The value with every text in it joined."""
    if isinstance(value, str):
        return joined(value)
    if isinstance(value, list):
        return [all_joined(each) for each in value]
    if isinstance(value, dict):
        return {name: all_joined(each) for name, each in value.items()}
    return value


def encoded(document: str, references: bool) -> bytes:
    """The document in UTF-8; with ``references`` every byte beyond ASCII becomes a decimal reference of its own."""
    raw = document.encode()
    return raw.decode("latin-1").encode("ascii", "xmlcharrefreplace") if references else raw
