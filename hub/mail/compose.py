"""From a mail's name and values to its subject and text, in a language that we have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask import current_app
from jinja2 import Template, TemplateNotFound

from hub.mail.html import SIGNATURE, page
from hub.runtime import hub_url
from hub.settings import declared
from hub.vocabulary import languages

WRITTEN_IN = "en"  # the language of the templates that name none


@dataclass(frozen=True)
class Text:
    """What a mail says, and in which language (a two-letter code)."""

    subject: str
    body: str
    language: str = WRITTEN_IN


def compose(name: str, values: dict[str, Any], wanted: Iterable[str] = ()) -> Text:
    """The text of ``templates/mail/<name>/``: the values given, the hub's name and its address are at hand there.

    ``wanted`` are codes of languages, the best first; the first one that the mail was translated to is taken
    (``body.fr.txt`` and ``subject.fr.txt`` beside ``body.txt`` and ``subject.txt``). Below the text stands why the mail
    came: ``why.txt`` of this mail, or of all mails.
    """
    language = next((each for each in map(languages.base, wanted) if _exists(name, each)), WRITTEN_IN)
    known = {"hub_name": declared.current("name"), "hub_url": hub_url(), **values}
    places = (f"mail/{name}", "mail")
    subject, body, why = (
        _template(part, language, places).render(known).strip() for part in ("subject", "body", "why")
    )
    return Text(subject, f"{body}\n\n{SIGNATURE}\n{why}\n", language)


def as_html(subject: str, body: str, language: str) -> str:
    """The HTML part beside a mail's text."""
    button = _template("button", language, ["mail"]).render().strip()
    direction = Locale(language).text_direction
    return page(body, subject=subject, language=language, direction=direction, hub_url=hub_url(), button=button)


def _exists(name: str, language: str) -> bool:
    if language == WRITTEN_IN:
        return True
    try:
        current_app.jinja_env.get_template(f"mail/{name}/body.{language}.txt")
    except TemplateNotFound:
        return False
    return True


def _template(part: str, language: str, places: Iterable[str]) -> Template:
    names = [f"{place}/{part}{ending}" for place in places for ending in (f".{language}.txt", ".txt")]
    return current_app.jinja_env.select_template(names)
