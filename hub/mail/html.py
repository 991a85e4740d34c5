"""The HTML part of a mail, made from its text: nothing is written twice, and nothing from outside becomes markup.

A text is paragraphs between blank lines. Indented lines are facts, lines that begin with a dash are a list, a line
that is one address is a link. Only an address of the hub itself becomes a button: others' words stand in mails too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

SIGNATURE = "-- "  # the line before the reason why the mail came, as in every mail program

_ADDRESS = re.compile(r"https?://\S+")
_PAGE = Markup(
    '<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
    "<title>{subject}</title></head>"
    '<body style="margin:0;padding:1.5rem 1rem;background:Canvas;color:CanvasText;font:16px/1.5 system-ui,sans-serif">'
    '<main style="display:block;max-width:36rem;margin:0 auto"><h1 style="font-size:1.25rem">{subject}</h1>'
    "{content}</main></body></html>"
)
_FACTS = "margin:1rem 0;padding:.75rem 1rem;border-inline-start:3px solid #7a8a99;overflow-wrap:anywhere"
_BUTTON = (
    "display:inline-block;padding:.6rem 1.2rem;border-radius:.4rem;background:#14517d;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)
_SMALL = "margin-top:2rem;padding-top:1rem;border-top:1px solid #7a8a99;font-size:.875rem"


def page(text: str, *, subject: str, language: str, direction: str, hub_url: str, button: str) -> str:
    """The whole HTML document for a mail's text. ``button`` is what the button to a page of the hub says."""
    body, _line, why = text.partition(f"\n{SIGNATURE}\n")
    content = Markup("\n").join(_blocks(body, hub_url, button))
    if why:
        content += Markup('<div style="{}">{}</div>').format(_SMALL, Markup("").join(_blocks(why, hub_url, button)))
    return str(_PAGE.format(language=language, direction=direction, subject=subject, content=content))


def _blocks(text: str, hub_url: str, button: str) -> Iterator[Markup]:
    for kind, lines in groupby(text.splitlines(), key=_kind):
        found = [line.strip() for line in lines]
        if kind == "facts":
            yield Markup('<p style="{}">{}</p>').format(_FACTS, Markup("<br>").join(found))
        elif kind == "list":
            yield Markup("<ul>{}</ul>").format(Markup("").join(_item(line) for line in found))
        elif kind == "address":
            yield from (_link(line, hub_url, button) for line in found)
        elif kind == "words":
            yield Markup("<p>{}</p>").format(" ".join(found))


def _kind(line: str) -> str:
    if not line.strip():
        return "nothing"
    if line.startswith("- "):
        return "list"
    if line[0].isspace():
        return "facts"
    return "address" if _ADDRESS.fullmatch(line.strip()) else "words"


def _item(line: str) -> Markup:
    return Markup("<li>{}</li>").format(line.removeprefix("- "))


def _link(address: str, hub_url: str, button: str) -> Markup:
    if not address.startswith(f"{hub_url}/"):
        return Markup('<p style="overflow-wrap:anywhere"><a href="{0}">{0}</a></p>').format(escape(address))
    return Markup(
        '<p><a href="{0}" style="{1}">{2}</a></p><p style="font-size:.875rem;overflow-wrap:anywhere">{0}</p>'
    ).format(address, _BUTTON, button)
