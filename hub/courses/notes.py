"""A creator's notes: the only text of a course that may hold markup, made harmless here."""

from __future__ import annotations

import nh3
from markupsafe import Markup, escape

from hub import fields

MOODLE, HTML, PLAIN, MARKDOWN = 0, 1, 2, 4
_WITH_MARKUP = (MOODLE, HTML)
_SCHEMES = {"http", "https", "mailto"}
LONGEST = 50_000
MOST_TAGS = 3_000  # reading markup takes a time that grows with the square of how deep it is nested
_TAGS_OF_PAGES = nh3.ALLOWED_TAGS - {"img", "area", "map"}  # our pages load nothing from other hosts


def known_format(number: int) -> int:
    """The format itself, or HTML for a number that no Moodle sends."""
    return number if number in (MOODLE, HTML, PLAIN, MARKDOWN) else HTML


def cleaned(text: str, text_format: int) -> str:
    """The notes as they are kept and given to sites: markup without anything that acts.

    Too long notes are cut; what has more tags than anybody writes by hand keeps its words only.
    """
    text = fields.text(text[:LONGEST])
    if text_format not in _WITH_MARKUP:
        return text
    return nh3.clean(text if text.count("<") <= MOST_TAGS else fields.plain(text), url_schemes=_SCHEMES)


def as_html(text: str, text_format: int) -> Markup:
    """The notes as a piece of a page; formats that are no markup show as they were written."""
    if text_format in _WITH_MARKUP:
        return Markup(nh3.clean(text, tags=_TAGS_OF_PAGES, url_schemes=_SCHEMES))  # noqa: S704  # nh3 made it safe
    paragraphs = (str(escape(each)).replace("\n", "<br>\n") for each in text.split("\n\n") if each.strip())
    return Markup("\n".join(f"<p>{each}</p>" for each in paragraphs))  # noqa: S704  # escaped in the line above
