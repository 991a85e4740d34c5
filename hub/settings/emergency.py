"""Switches for an emergency: no new sites, no new courses, or nothing that changes the hub at all."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hub import fields
from hub.errors import HubError
from hub.settings.declared import current, declare
from hub.settings.sections import Section

RETRY_AFTER = 3600  # seconds; nobody knows when an emergency ends, and an hour is soon enough to ask again

allownewsites = declare(
    "allownewsites",
    fields.yes_no,
    True,
    label=_("New sites may register"),
    help=_("Off: only sites that are registered already can register again, update and publish."),
    section=Section.EMERGENCY,
)
allownewcourses = declare(
    "allownewcourses",
    fields.yes_no,
    True,
    label=_("New courses may be published"),
    help=_("Off: courses that are listed can still be changed and withdrawn."),
    section=Section.EMERGENCY,
)
readonly = declare(
    "readonly",
    fields.yes_no,
    False,
    label=_("Read-only"),
    help=_(
        "On: people search and download as before, and whatever would change something is asked to come back later. "
        "Administrators still sign in and change the settings; mails that wait still leave."
    ),
    section=Section.EMERGENCY,
)


class Paused(HubError):
    """Something rests for a while; whoever asks again later gets through."""

    status = 503
    retry_after = RETRY_AFTER


class NewSitesPaused(Paused):
    """The hub takes no new sites for the moment."""

    key = "newsitespaused"

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This hub takes no new sites at the moment. Sites that are registered go on as before. "
                "Register your site again in some days, or ask the administrator of the hub."
            )
        )


class NewCoursesPaused(Paused):
    """The hub takes no new courses for the moment."""

    key = "newcoursespaused"

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This hub takes no new courses at the moment. Courses that are listed can be changed and withdrawn "
                "as before. Publish this one in some days."
            )
        )


class HubReadOnly(Paused):
    """Nothing on the hub changes for the moment."""

    key = "hubreadonly"

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This hub is read-only at the moment: you can search and download, and nothing can be changed. "
                "Nothing of yours is lost, and your registration is kept. Try again later."
            )
        )


def require_new_sites() -> None:
    """Raise NewSitesPaused, or HubReadOnly, unless new sites may register now."""
    require_writable()
    if not current(allownewsites.name):
        raise NewSitesPaused


def require_new_courses() -> None:
    """Raise NewCoursesPaused, or HubReadOnly, unless new courses may be published now."""
    require_writable()
    if not current(allownewcourses.name):
        raise NewCoursesPaused


def require_writable() -> None:
    """Raise HubReadOnly when nothing may change now."""
    if not writable():
        raise HubReadOnly


def writable() -> bool:
    """Whether anything may change now."""
    return not current(readonly.name)


def announcements() -> Iterator[str]:
    """A sentence for visitors about each switch that is on."""
    if not writable():
        yield gettext("This hub is read-only at the moment: search and download as usual; everything else waits.")
        return
    if not current(allownewsites.name):
        yield gettext("This hub takes no new sites at the moment.")
    if not current(allownewcourses.name):
        yield gettext("This hub takes no new courses at the moment.")
