"""Texts with a little markup: headings, lists, links, emphasis. Nothing else becomes HTML, whatever is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

import nh3
from flask_babel import gettext
from markupsafe import Markup, escape

from hub import fields

LONGEST = 30_000
_TAGS = {"h2", "h3", "p", "br", "ul", "ol", "li", "a", "strong", "em"}
_KINDS = (
    ("h3", re.compile(r"###+\s+(.*)")),
    ("h2", re.compile(r"##?\s+(.*)")),
    ("ul", re.compile(r"[-*]\s+(.*)")),
    ("ol", re.compile(r"\d{1,3}[.)]\s+(.*)")),
)
_INLINE = re.compile(  # each repetition has an end, so that no text takes long
    r"\[(?P<label>[^\]\n]{1,300})\]\((?P<target>[^)\s]{1,1000})\)"
    r"|(?P<url>https?://[^\s<>()\"]{1,1000}(?<![.,;:!?]))"
    r"|(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|\*\*(?P<strong>[^*\n]{1,2000})\*\*"
    r"|\*(?P<em>[^*\n]{1,2000})\*"
)
_TARGET = re.compile(r"(?:https?://|mailto:|/(?!/))")


def read(text: str) -> str:
    """The text as it is stored; ValueError when it is too long."""
    found = fields.text(text)
    if len(found) > LONGEST:
        raise ValueError(gettext("write at most %(most)d characters", most=LONGEST))
    return found


def html(text: str) -> Markup:
    """The text as a page shows it."""
    blocks = "\n".join(_blocks(text.splitlines()))
    return Markup(nh3.clean(blocks, tags=_TAGS, attributes={"a": {"href"}}))  # noqa: S704  # nh3 lets nothing else pass


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    for kind, found in groupby((_kind(line.strip()) for line in lines), key=lambda each: each[0]):
        words = [word for _kind, word in found]
        if kind in ("h2", "h3"):
            yield from (f"<{kind}>{_inline(word)}</{kind}>" for word in words)
        elif kind in ("ul", "ol"):
            yield f"<{kind}>{''.join(f'<li>{_inline(word)}</li>' for word in words)}</{kind}>"
        elif kind == "p":
            yield f"<p>{'<br>'.join(_inline(word) for word in words)}</p>"


def _kind(line: str) -> tuple[str, str]:
    for kind, pattern in _KINDS:
        if match := pattern.fullmatch(line):
            return kind, match[1]
    return ("p", line) if line else ("", "")


def _inline(text: str) -> str:
    parts, end = [], 0
    for match in _INLINE.finditer(text):
        parts += [str(escape(text[end : match.start()])), _marked(match)]
        end = match.end()
    return "".join([*parts, str(escape(text[end:]))])


def _marked(match: re.Match[str]) -> str:
    for tag in ("strong", "em"):
        if match[tag]:
            return f"<{tag}>{_inline(match[tag])}</{tag}>"
    if match["mail"]:
        return _link(f"mailto:{match['mail']}", match["mail"])
    if match["url"]:
        return _link(match["url"], match["url"])
    return _link(match["target"], match["label"]) if _TARGET.match(match["target"]) else str(escape(match[0]))


def _link(target: str, label: str) -> str:
    return f'<a href="{escape(target)}">{escape(label)}</a>'
