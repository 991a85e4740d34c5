"""The sections of the settings, in the order of their page; a declaration names the one it belongs to."""

from __future__ import annotations

import enum

from flask_babel import lazy_gettext as _


class Section(enum.Enum):
    """A part of the settings."""

    HUB = "hub"
    EMERGENCY = "emergency"
    ACCESS = "access"
    TEXTS = "texts"
    CHALLENGE = "challenge"
    SITES = "sites"
    COURSES = "courses"
    DIRECTORY = "directory"
    SIGN_IN = "sign-in"
    LIMITS = "limits"
    RECORDS = "records"
    DETAILS = "details"

    @property
    def title(self) -> str:
        """The section's heading."""
        return str(_WORDS[self][0])

    @property
    def help(self) -> str:
        """A sentence below the heading."""
        return str(_WORDS[self][1])


_WORDS = {
    Section.HUB: (_("The hub"), _("What visitors and sites read about it.")),
    Section.EMERGENCY: (
        _("In an emergency"),
        _("Each switch works at once, says so on the public pages, and loses nothing: sites keep their registration."),
    ),
    Section.ACCESS: (_("Who may search and register"), _("How far the hub is open.")),
    Section.TEXTS: (_("Texts and search engines"), _("What the law or good manners ask you to say.")),
    Section.CHALLENGE: (
        _("Challenge against robots"),
        _("The browser does a moment of work by itself: no third party is asked, and nobody solves pictures."),
    ),
    Section.SITES: (_("Sites"), _("How registered sites are looked after.")),
    Section.COURSES: (_("Courses and files"), _("How much sites may publish.")),
    Section.DIRECTORY: (_("Directory of hubs"), _("Where this hub can be listed.")),
    Section.SIGN_IN: (_("People and signing in"), _("How the accounts of those who run the hub are guarded.")),
    Section.LIMITS: (_("Limits"), _("How often one internet address may ask for something.")),
    Section.RECORDS: (_("Records and their end"), _("How long the hub keeps what it noted.")),
    Section.DETAILS: (_("Details"), _("What hardly anybody changes.")),
}
