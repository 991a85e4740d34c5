"""Is it a Moodle, and which? Looks at a page as every visitor gets it, for what all Moodles leave there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from hub.outgoing.answers import Answer

MOST_READ = 200_000  # characters: everything looked for stands near the top

# Each pattern is bounded, so that no page can make the reading long.
_KEYWORDS = re.compile(r'<meta[^>]{1,40}name="keywords"[^>]{1,40}content="moodle[,"]', re.IGNORECASE)
_MARKS = (
    re.compile(r"\bM\.cfg\s{0,3}=\s{0,3}\{"),
    re.compile(r"/theme/(?:styles|image|javascript|yui_combo|font)\.php"),
    re.compile(r"/lib/javascript\.php/"),
    re.compile(r"/login/index\.php"),
)
_WWWROOT = re.compile(r'\bM\.cfg\s{0,3}=\s{0,3}\{[^<]{0,500}?"wwwroot":("(?:[^"\\]|\\.){8,300}")')
_DOCUMENTATION = re.compile(r"docs\.moodle\.org/(?:[a-z]{2}/)?([1-9][0-9]{1,2})/")
_GENERATOR = re.compile(
    r'<meta[^>]{1,40}name="generator"[^>]{1,40}content="Moodle ([0-9]{1,2}\.[0-9]{1,2})', re.IGNORECASE
)

# What stands in a page of status 200 that is an error nevertheless.
_BROKEN = re.compile(
    r"Database connection failed|Error establishing a database connection|<b>(?:Fatal|Parse) error</b>:|"
    r"PHP (?:Fatal|Parse) error:|Coding error detected|dml(?:read|write|connection)_?exception|"
    r"Error reading from database|<title>\s{0,9}[45][0-9][0-9]\b|"
    r"<title>[^<]{0,60}(?:Internal Server Error|Bad Gateway|Service Unavailable)",
    re.IGNORECASE,
)
_MAINTENANCE = re.compile(r"(?:site|server) is (?:undergoing|under|in) maintenance|maintenance mode", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"<title>\s{0,9}(?:Index of /|Apache2? [^<]{0,40}Default Page|Welcome to nginx|IIS Windows|Test Page)|"
    r"It works!\s{0,9}</h1>",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Signs:
    """What one page showed. ``mistaken`` names what the page is instead of a site."""

    moodle: bool
    release: str = ""
    wwwroot: str = ""
    mistaken: str = ""


def read(answer: Answer) -> Signs:
    """The signs in one answer."""
    text = answer.body[:MOST_READ].decode("utf-8", "replace")
    found = "moodlesession" in answer.headers.get("Set-Cookie", "").lower()
    marks = sum(bool(mark.search(text)) for mark in _MARKS)
    moodle = found or marks > 1 or bool(_KEYWORDS.search(text))
    return Signs(moodle, _release(text), _wwwroot(text), _mistaken(text, moodle))


def _mistaken(text: str, moodle: bool) -> str:
    if _BROKEN.search(text):
        return "errorpage"
    if not moodle and _MAINTENANCE.search(text):
        return "maintenance"
    return "placeholder" if not moodle and _PLACEHOLDER.search(text) else ""


def _release(text: str) -> str:
    """The release as far as the page tells it: its links to the documentation are of 33, 311 or 405."""
    if told := _GENERATOR.search(text):
        return told[1]
    linked = _DOCUMENTATION.search(text)
    return f"{linked[1][0]}.{int(linked[1][1:])}" if linked else ""


def _wwwroot(text: str) -> str:
    """The address under which the site knows itself, which its pages tell their scripts."""
    told = _WWWROOT.search(text)
    try:
        return str(json.loads(told[1])) if told else ""
    except ValueError:
        return ""
