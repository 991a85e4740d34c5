"""The settings of the hub itself, under the names of protocol/hub-server.md 10.1."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare
from hub.settings.password import hashed
from hub.settings.sections import Section
from hub.vocabulary import languages


def _name(value: str) -> str:
    found = fields.line(fields.plain(value))
    if not found:
        raise ValueError("write a name")
    return found


def _language(value: str) -> str:
    found = fields.code(value.strip())
    if not languages.known(found):
        raise ValueError("write the code of a language, such as en, de or pt_br")
    return found


hubenabled = declare(
    "hubenabled",
    fields.yes_no,
    False,
    label=_("Hub is open"),
    help=_("Off: no site registers, publishes or searches."),
    section=Section.HUB,
)
name = declare(
    "name",
    _name,
    "Moodle course hub",
    label=_("Name"),
    help=_("Shown on every page and to every site."),
    section=Section.HUB,
)
description = declare(
    "description",
    fields.plain,
    "",
    label=_("Description"),
    help=_("A few sentences about this hub, for visitors and sites."),
    section=Section.HUB,
)
language = declare(
    "language",
    _language,
    "en",
    label=_("Language"),
    help=_("Main language of the hub, as a code such as en, de or pt_br."),
    section=Section.HUB,
)
contactname = declare(
    "contactname", fields.line, "", label=_("Contact name"), help=_("Who answers for this hub."), section=Section.HUB
)
contactemail = declare(
    "contactemail",
    fields.email,
    "",
    label=_("Contact address"),
    help=_("Where mails to the hub arrive. A directory of hubs is told it, visitors are not."),
    section=Section.HUB,
)
privacy = declare(
    "privacy",
    str.strip,
    "private",
    label=_("Who may search"),
    help=_(
        "A private hub can ask sites for a password, names nobody in public, and is not listed in a directory. "
        "The other two differ only in what a directory makes of them."
    ),
    choices={
        "private": _("private: only signed-in people and registered sites"),
        "public": _("public: everybody, and a directory may list the hub"),
        "search": _("search: everybody, and a directory may search the hub as well"),
    },
    section=Section.ACCESS,
)
password = declare(
    "password",
    hashed,
    "",
    label=_("Hub password"),
    help=_("Sites send it to register. It is kept so that nobody can read it back. Empty: none is asked."),
    secret=True,
    section=Section.ACCESS,
)
searchfornologin = declare(
    "searchfornologin",
    fields.yes_no,
    True,
    label=_("Search without signing in"),
    help=_("Visitors may search a hub that is not private."),
    section=Section.ACCESS,
)
maxcoursesperday = declare(
    "maxcoursesperday",
    fields.integer_or_none,
    20,
    label=_("Courses per site and day"),
    help=_("How many courses a site may publish in 24 hours. 0: none; empty: no limit."),
    section=Section.COURSES,
)
maxwscourseresult = declare(
    "maxwscourseresult",
    fields.positive,
    25,
    label=_("Courses per answer"),
    help=_("Page size of a search from a Moodle site."),
    section=Section.COURSES,
)
