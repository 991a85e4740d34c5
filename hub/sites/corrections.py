"""What moderators may correct about a site: the readers of its fields, for the form and the command alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub import fields
from hub.errors import HubError
from hub.vocabulary import countries, languages


class CorrectionUnusable(HubError):
    """A field cannot say this."""

    key = "correctionunusable"


def language(value: str) -> str:
    """The code of a language, or empty text."""
    code = fields.code(value, 30)
    if code and not languages.known(code):
        raise ValueError("write the code of a language, such as en or pt_br")
    return code


def country(value: str) -> str:
    """The code of a country, or empty text."""
    code = value.strip().upper()
    if code and not countries.known(code):
        raise ValueError("choose a country")
    return code


READERS: dict[str, Callable[[str], Any]] = {
    "name": fields.line,
    "url": fields.web_url,
    "description": fields.text,
    "contact_name": fields.line,
    "contact_email": fields.email,
    "language": language,
    "country_code": country,
}


def read(given: Mapping[str, str | None]) -> dict[str, Any]:
    """The fields that were given, as the site's row keeps them; CorrectionUnusable says which one to mend."""
    read_fields = {}
    for name, value in given.items():
        try:
            if value is not None:
                read_fields[name] = READERS[name](value)
        except ValueError as error:
            raise CorrectionUnusable(f"The {name.replace('_', ' ')} cannot be used: {error}.") from error
    return read_fields
