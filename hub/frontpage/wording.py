"""How values are said to people: the filters of the templates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask_babel import format_date, format_decimal, get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from hub import fields
from hub.frontpage import activities
from hub.paging import Page
from hub.sites.models import Site, SitePrivacy
from hub.vocabulary import audiences, countries, languages, levels, licences, subjects

EXCERPT = 210
_UNITS = ("kB", "MB", "GB", "TB")
_FEW = 3


def number(value: int | float) -> str:
    """A number with the separators of the visitor's language."""
    return str(format_decimal(value))


def day(moment: datetime) -> Markup:
    """The day of a moment, readable by people and by machines."""
    return Markup('<time datetime="{}">{}</time>').format(moment.date().isoformat(), format_date(moment, "medium"))


def filesize(size: int) -> str:
    """A number of bytes in the unit that suits it."""
    value, unit = float(size), "bytes"
    for larger in _UNITS:
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{format_decimal(round(value, 1) if value < 100 else round(value))} {unit}"


def initial(text: str) -> str:
    """The first letter or digit of a title, with its accents."""
    match = re.search(r"\w", unicodedata.normalize("NFC", text))
    return match[0].upper() if match else "·"


def excerpt(text: str, longest: int = EXCERPT) -> str:
    """The beginning of a text, cut between words."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    head = line[:longest]
    return head[: head.rfind(" ") if " " in head[longest // 2 :] else longest].rstrip(" ,.;:") + "…"


def marked(text: str, words: str) -> Markup:
    """The text with the beginnings of words that were searched for marked."""
    wanted = sorted({re.escape(each) for each in re.findall(r"\w+", words)}, key=len, reverse=True)
    if not wanted:
        return escape(text)
    parts = re.split(rf"(?<!\w)({'|'.join(wanted)})", text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)
    )


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs; line ends inside them are kept."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    lines = (Markup("<br>").join(map(escape, block.splitlines())) for block in blocks if block)
    return Markup("").join(Markup("<p>{}</p>\n").format(each) for each in lines)


def lang_attribute(code: str) -> Markup:
    """The attributes that tell browsers and screen readers in which language a text is written."""
    language = languages.base(code)
    return Markup(' lang="{}" dir="auto"').format(language) if language else Markup(' dir="auto"')


def broad_field(subject: str) -> str:
    """The two digits of the broad field that a subject belongs to; empty when it belongs to none."""
    return subject[6:8] if subjects.known(subject[:8]) else ""


def subject_path(subject: str) -> str:
    """The subject with the fields above it."""
    return " › ".join(subjects.path(subject)) or subjects.title(subject)


def language_name(code: str) -> str:
    """The language in the visitor's words."""
    return languages.name(code, _locale())


def country_name(code: str) -> str:
    """The country in the visitor's words."""
    return countries.name(code, _locale())


def host(url: str) -> str:
    """The host that a link leads to."""
    return urlsplit(url).hostname or ""


def activities_in_short(contents: Sequence[Mapping[str, Any]]) -> str:
    """The most frequent activities of a course, in a line."""
    found = activities.activities(contents)
    line = ", ".join(f"{number(count)} {name}" for name, count in found[:_FEW])
    return _("%(line)s and more", line=line) if len(found) > _FEW else line


def tags(coverage: str) -> list[str]:
    """The free tags of a course, each once."""
    return list(dict.fromkeys(tag for each in coverage.split(",") if (tag := each.strip())))


def named(site: Site) -> bool:
    """Whether the public may learn this site's name."""
    return site.live and site.visible and site.privacy is not SitePrivacy.NOT_DISPLAYED


def linked(site: Site) -> bool:
    """Whether the public gets a link to this site."""
    return named(site) and site.privacy is SitePrivacy.LINKED


def page_numbers(page: Page[Any]) -> list[int | None]:
    """The numbers that a pager offers, from 0: the first, the neighbours, the last; nothing stands for a gap."""
    last = page.number + page.has_next if page.total_is_floor else max(0, (page.total - 1) // page.size)
    near = {0, page.number - 1, page.number, page.number + 1} | (set() if page.total_is_floor else {last})
    return list(_with_gaps(sorted(each for each in near if 0 <= each <= last)))


def _with_gaps(numbers: list[int]) -> Iterator[int | None]:
    for before, each in zip([-1, *numbers], numbers, strict=False):
        if each - before == 2:
            yield before + 1
        elif each - before > 2:
            yield None
        yield each


def _locale() -> str:
    return str(get_locale() or "en")


FILTERS: dict[str, Callable[..., Any]] = {
    "activities": activities.activities,
    "activities_in_short": activities_in_short,
    "audience_name": audiences.title,
    "broad_field": broad_field,
    "country_name": country_name,
    "day": day,
    "excerpt": excerpt,
    "filesize": filesize,
    "host": host,
    "initial": initial,
    "lang_attribute": lang_attribute,
    "language_name": language_name,
    "level_name": levels.title,
    "licence_name": licences.title,
    "licence": licences.licence,
    "linked": linked,
    "marked": marked,
    "named": named,
    "number": number,
    "paragraphs": paragraphs,
    "subject_name": subjects.title,
    "subject_path": subject_path,
    "tags": tags,
    "web_url": fields.web_url_or_empty,
}
