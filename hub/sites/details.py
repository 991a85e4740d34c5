"""What a site says about itself, parsed once: the same reader serves the registration redirect and the updates."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub import fields
from hub.sites.models import Site, SitePrivacy
from hub.vocabulary import countries

LARGEST_FIGURE = 10**15
LONGEST_STATISTICS = 300_000  # characters of JSON; real ones have 20 to 100 thousand
FIRST_VERSION_WITH_FIGURES = 2013051400  # Moodle 2.5; earlier redirects say 1 for "ticked"

FIGURES = (
    "courses",
    "users",
    "activeusers",
    "enrolments",
    "posts",
    "questions",
    "resources",
    "badges",
    "issuedbadges",
    "participantnumberaverage",
    "activeparticipantnumberaverage",
    "modulenumberaverage",
    "mobileservicesenabled",
    "mobilenotificationsenabled",
    "registereduserdevices",
    "registeredactiveuserdevices",
    "analyticsenabledmodels",
    "analyticspredictions",
    "analyticsactions",
    "analyticsactionsnotuseful",
    "coursesnodates",
    "diskusage",
)
STATISTICS = ("pluginusage", "aiusage")
EXTRAS = ("policyagreed", "dbtype", "sitetheme", "primaryauthtype", "defaulthomepage")
_MISSPELT = {"mobilenotificacionsenabled": "mobilenotificationsenabled"}
_ABBREVIATIONS = {"Xlanguage": "language", "address": "street"}  # read when the right name says nothing


@dataclass(frozen=True)
class SiteDetails:
    """A site in its own words, cleaned; empty text and missing figures mean "not told".

    ``told`` names the fields that the message contained at all: a redirect is cut at 2000 characters, so that what it
    lacks stays as it was, while an update is complete, so that what it lacks is empty.
    """

    url: str = ""
    name: str = ""
    description: str = ""
    language: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    contactable: bool = False
    email_alert: bool = False
    privacy: SitePrivacy = SitePrivacy.NOT_DISPLAYED
    street: str = ""
    region_code: str = ""
    country_code: str = ""
    geolocation: str = ""
    moodle_version: str = ""
    moodle_release: str = ""
    organisation_type: str = ""
    figures: Mapping[str, int | float] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)
    told: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> SiteDetails:
        """What a site tells in an update, or told before (``wire_form``). Nothing in it is ever refused."""
        text = {_MISSPELT.get(name, name): _written(value) for name, value in given.items()}
        for other, name in _ABBREVIATIONS.items():
            if text.get(other) and not text.get(name):
                text[name] = text[other]
        values = {name: read(text[wire]) for name, (wire, read) in _FIELDS.items() if wire in text}
        told = set(values)
        if any(name in text for name in FIGURES):
            values["figures"] = _figures(text)
            told.add("figures")
        if any(name in text for name in EXTRAS + STATISTICS):
            values["extras"] = _extras(text)
            told.add("extras")
        return cls(**values, told=frozenset(told))

    @classmethod
    def parse_redirect(cls, given: Mapping[str, Any]) -> SiteDetails:
        """What the browser brings from a site that registers; the ticks of 2.0 to 2.4 are no figures."""
        details = cls.parse(given)
        if _sends_ticks(details):
            return replace(details, figures={}, told=details.told - {"figures"})
        return details

    @classmethod
    def wire_names(cls) -> list[str]:
        """The names on the wire of what is not a number or a statistic."""
        return [wire for wire, _ in _FIELDS.values()]

    def wire_form(self) -> dict[str, Any]:
        """The same by its names on the wire, as JSON can hold it; ``parse`` reads it back."""
        form: dict[str, Any] = {}
        for name in sorted(self.told & set(_FIELDS)):
            value = getattr(self, name)
            form[_FIELDS[name][0]] = int(value) if isinstance(value, bool) else str(value)
        for group in (self.figures, self.extras):
            form |= group
        return form

    def describe(self, site: Site, *, completely: bool) -> list[str]:
        """Write these details into the site's row, but for its URL and contact, which have rules of their own.

        ``completely``: fields that were not told become empty. Gives the names of the fields that changed.
        """
        changed = []
        for name in DESCRIPTIVE:
            if not completely and name not in self.told:
                continue
            value = getattr(self, name)
            value = dict(value) if isinstance(value, Mapping) else value
            if getattr(site, name) != value:
                setattr(site, name, value)
                changed.append(name)
        return changed


def _written(value: Any) -> str:
    """The value as text: sites send false for a text that was never saved, and structures as JSON or not at all."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, list | dict):
        return json.dumps(value) if value else ""
    return str(value)


def _line(longest: int) -> Callable[[str], str]:
    return lambda value: _unless_zero(fields.line(fields.plain(value), longest))


def _text(longest: int) -> Callable[[str], str]:
    return lambda value: _unless_zero(fields.plain(value)[:longest].rstrip())


def _unless_zero(value: str) -> str:
    """REST writes a text that was never saved as 0; no field here is meant by a lone 0."""
    return "" if value == "0" else value


def _yes(value: str) -> bool:
    try:
        return fields.yes_no(value)
    except ValueError:
        return True


def _email(value: str) -> str:
    try:
        return fields.email(_unless_zero(fields.line(value, 254)))
    except ValueError:
        return ""


def _code(longest: int) -> Callable[[str], str]:
    return lambda value: _unless_zero(fields.code(value, longest)).strip("-_.")


def _country(value: str) -> str:
    word = value.strip().upper()
    return word if countries.known(word) else ""


def _version(value: str) -> str:
    word = value.strip()
    return word if re.fullmatch(r"[0-9]{8,12}(\.[0-9]{1,6})?", word) else ""


def _digits(value: str) -> str:
    word = value.strip()
    return _unless_zero(word) if re.fullmatch(r"[0-9]{1,10}", word) else ""


def _privacy(value: str) -> SitePrivacy:
    try:
        return SitePrivacy(value.strip().lower())
    except ValueError:
        return SitePrivacy.NOT_DISPLAYED


_FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "url": ("url", str.strip),
    "name": ("name", _line(255)),
    "description": ("description", _text(20_000)),
    "language": ("language", lambda value: _code(30)(value).lower().replace("-", "_")),
    "contact_name": ("contactname", _line(255)),
    "contact_email": ("contactemail", _email),
    "contact_phone": ("contactphone", _line(100)),
    "contactable": ("contactable", _yes),
    "email_alert": ("emailalert", _yes),
    "privacy": ("privacy", _privacy),
    "street": ("street", _text(2_000)),
    "region_code": ("regioncode", _code(20)),
    "country_code": ("countrycode", _country),
    "geolocation": ("geolocation", _text(500)),
    "moodle_version": ("moodleversion", _version),
    "moodle_release": ("moodlerelease", _line(100)),
    "organisation_type": ("organisationtype", _digits),
}
DESCRIPTIVE = (*(name for name in _FIELDS if name not in ("url", "contact_email")), "figures", "extras")


def _figures(text: Mapping[str, str]) -> dict[str, int | float]:
    read = {name: _figure(text[name]) for name in FIGURES if name in text}
    return {name: value for name, value in read.items() if value is not None}


def _figure(value: str) -> int | float | None:
    """A number of 0 or more; -1 and whatever is no number mean "not told"."""
    try:
        number = float(value)
    except ValueError:
        return None
    if not math.isfinite(number) or not 0 <= number <= LARGEST_FIGURE:
        return None
    return int(number) if number.is_integer() else number


def _extras(text: Mapping[str, str]) -> dict[str, Any]:
    told = {name: word for name in EXTRAS if (word := fields.line(fields.plain(text.get(name, "")), 100))}
    statistics = {name: fields.text(text[name]) for name in STATISTICS if name in text}
    return told | {name: value for name, value in statistics.items() if _is_statistics(value)}


def _is_statistics(value: str) -> bool:
    """Whether this is an object in JSON that we keep; it is kept as the text it was."""
    if not value or len(value) > LONGEST_STATISTICS:
        return False
    try:
        return isinstance(json.loads(value), dict)
    except (ValueError, RecursionError):
        return False


def _sends_ticks(details: SiteDetails) -> bool:
    if details.moodle_version:
        return float(details.moodle_version) < FIRST_VERSION_WITH_FIGURES
    return re.match(r"2\.[0-4](?![0-9])", details.moodle_release) is not None
