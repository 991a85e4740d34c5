"""The texts that administrators write: imprint, terms of use, privacy; and what search engines are told besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hub.errors import HubError
from hub.settings import markup
from hub.settings.declared import Declaration, current, declare
from hub.settings.sections import Section

_ROBOTS_LINE = re.compile(r"(?i)(#.*|(user-agent|allow|disallow|sitemap|crawl-delay)\s*:.*)?")
_MARKUP = _(
    "A line with ## is a heading, one with - an item of a list; **bold**, *emphasised*, [words](https://address)."
)
_LINES = _("One line each: User-agent, Allow, Disallow, Sitemap, Crawl-delay, or # and words.")


class TextNotWritten(HubError):
    """Nobody has written this text of the hub."""

    key = "textnotwritten"
    status = 404

    def __init__(self) -> None:
        super().__init__(gettext("The people who run this hub have not written this text."))


def _robots(text: str) -> str:
    found = markup.read(text)
    for line in found.splitlines():
        if not _ROBOTS_LINE.fullmatch(line.strip()):
            raise ValueError(gettext("write lines such as Disallow: /path, not %(line)r", line=line[:60]))
    return found


imprint = declare(
    "imprint",
    markup.read,
    "",
    label=_("Imprint"),
    help=_("Who runs this hub, as the law may ask."),
    section=Section.TEXTS,
)
terms = declare(
    "terms",
    markup.read,
    "",
    label=_("Terms of use"),
    help=_("What you expect of sites and visitors."),
    section=Section.TEXTS,
)
privacytext = declare(
    "privacytext",
    markup.read,
    "",
    label=_("Privacy"),
    help=_("Empty: the hub shows its own text, which says what this software stores, for how long, and who sees it."),
    section=Section.TEXTS,
)
robotslines = declare(
    "robotslines",
    _robots,
    "",
    label=_("More lines for robots.txt"),
    help=_("Added to what the hub says by itself; a private hub only says that nothing is to be visited."),
    section=Section.TEXTS,
)


@dataclass(frozen=True)
class Text:
    """A text of the hub: the setting that holds it, the page that shows it, and how it is written."""

    declaration: Declaration
    address: str
    hint: str = _MARKUP

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def written(self) -> str:
        """What administrators wrote; empty when nothing."""
        return str(current(self.name))


TEXTS = {
    each.name: each
    for each in (
        Text(imprint, "/imprint"),
        Text(terms, "/terms"),
        Text(privacytext, "/privacy"),
        Text(
            robotslines,
            "/robots.txt",
            _LINES,
        ),
    )
}


def get_text(name: str) -> Text:
    """The text of this name; TextNotWritten when there is none."""
    if name not in TEXTS:
        raise TextNotWritten
    return TEXTS[name]


def footer() -> Iterator[tuple[str, str]]:
    """Label and address of the texts that were written and that every page leads to; privacy is always there."""
    for each in (TEXTS[imprint.name], TEXTS[terms.name]):
        if each.written:
            yield str(each.declaration.label), each.address


def words(declaration: Declaration) -> str:
    """What was written for this setting; TextNotWritten when nothing."""
    written = str(current(declaration.name))
    if not written:
        raise TextNotWritten
    return written
