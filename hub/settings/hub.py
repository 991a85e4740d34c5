"""The settings of the hub itself, under the names of protocol/hub-server.md 10.1."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.settings.declared import declare


def _name(value: str) -> str:
    found = fields.line(fields.plain(value))
    if not found:
        raise ValueError("write a name")
    return found


name = declare("name", _name, "Moodle course hub", label=_("Name"), help=_("Shown on every page and to every site."))
description = declare(
    "description",
    fields.plain,
    "",
    label=_("Description"),
    help=_("A few sentences about this hub, for visitors and sites."),
)
language = declare("language", fields.code, "en", label=_("Language"), help=_("Main language, a two-letter code."))
hubenabled = declare(
    "hubenabled", fields.yes_no, False, label=_("Hub is open"), help=_("Off: no site registers, publishes or searches.")
)
privacy = declare(
    "privacy",
    str.strip,
    "private",
    label=_("Who may search"),
    help=_("private: only signed-in people and registered sites; public and search: everybody."),
    choices=("private", "public", "search"),
)
password = declare(
    "password",
    str.strip,
    "",
    label=_("Hub password"),
    help=_("Sites of a private hub must send it to register. Empty: none is asked."),
    secret=True,
)
contactname = declare("contactname", fields.line, "", label=_("Contact name"), help=_("Who answers for this hub."))
contactemail = declare(
    "contactemail", fields.email, "", label=_("Contact address"), help=_("Where mails to the hub arrive.")
)
maxwscourseresult = declare(
    "maxwscourseresult",
    fields.positive,
    25,
    label=_("Courses per answer"),
    help=_("Page size of a search from a Moodle site."),
)
maxcoursesperday = declare(
    "maxcoursesperday",
    fields.integer_or_none,
    20,
    label=_("Courses per site and day"),
    help=_("How many courses a site may publish in 24 hours. 0: none; empty: no limit."),
)
searchfornologin = declare(
    "searchfornologin",
    fields.yes_no,
    True,
    label=_("Search without signing in"),
    help=_("Visitors may search a hub that is not private."),
)
