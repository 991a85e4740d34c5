"""What a site said before beside what arrives now, for whoever has to decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from hub.sites.details import SiteDetails
from hub.sites.models import Site

_COMPARED = {
    "name": _("Name"),
    "url": _("Address"),
    "description": _("Description"),
    "contact_name": _("Contact"),
    "contact_email": _("Contact's mail address"),
    "moodle_version": _("Moodle version"),
    "moodle_release": _("Moodle release"),
}


@dataclass(frozen=True)
class Difference:
    """One field, before and now; empty text means that it was not told."""

    label: LazyString
    before: str
    now: str

    @property
    def different(self) -> bool:
        return self.before != self.now


def compare(site: Site, details: SiteDetails) -> Iterator[Difference]:
    """The seven fields by which people recognise a site."""
    for name, label in _COMPARED.items():
        yield Difference(label, str(getattr(site, name)), str(getattr(details, name)))
