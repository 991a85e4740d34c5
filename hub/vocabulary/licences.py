"""The licences that Moodle sites name, in words and with what they allow."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Licence:
    """A licence: its name, what it means for who takes the course, and where its text stands."""

    title: str
    meaning: str
    url: str = ""


_CC = "https://creativecommons.org/licenses/"

LICENCES: dict[str, Licence] = {
    "unknown": Licence(_("Licence not specified"), _("Ask the publisher what you may do with it.")),
    "allrightsreserved": Licence(_("All rights reserved"), _("Use it only as the publisher allows.")),
    "public": Licence(
        _("Public domain"), _("Use it as you like."), "https://creativecommons.org/publicdomain/zero/1.0/"
    ),
    "cc": Licence(_("Creative Commons – Attribution"), _("Share and change it; name the author."), _CC + "by/4.0/"),
    "cc-nd": Licence(
        _("Creative Commons – NoDerivatives"),
        _("Share it unchanged; name the author."),
        _CC + "by-nd/4.0/",
    ),
    "cc-nc-nd": Licence(
        _("Creative Commons – NonCommercial, NoDerivatives"),
        _("Share it unchanged and without profit; name the author."),
        _CC + "by-nc-nd/4.0/",
    ),
    "cc-nc": Licence(
        _("Creative Commons – NonCommercial"),
        _("Share and change it without profit; name the author."),
        _CC + "by-nc/4.0/",
    ),
    "cc-nc-sa": Licence(
        _("Creative Commons – NonCommercial, ShareAlike"),
        _("Share and change it without profit and under the same licence; name the author."),
        _CC + "by-nc-sa/4.0/",
    ),
    "cc-sa": Licence(
        _("Creative Commons – ShareAlike"),
        _("Share and change it under the same licence; name the author."),
        _CC + "by-sa/4.0/",
    ),
}


def licence(short_name: str) -> Licence:
    """The licence of this short name; newer sites add a version (``cc-4.0``), administrators add names of their own."""
    found = LICENCES.get(re.sub(r"-[0-9]\.[0-9]$", "", short_name))
    return found or Licence(short_name or LICENCES["unknown"].title, LICENCES["unknown"].meaning)


def title(short_name: str) -> str:
    """The licence's name, with the version if the site told one."""
    version = re.search(r"-([0-9]\.[0-9])$", short_name)
    name = str(licence(short_name).title)
    return f"{name} {version[1]}" if version else name
