"""What stands around every page: the hub's name, the ways through it, and who has signed in."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import get_locale
from flask_babel import gettext as _

from hub.access import Permission
from hub.frontpage.openness import Openness, Person, towards
from hub.settings import emergency, logo, texts
from hub.settings.declared import current, declaration

Way = tuple[str, str, bool]  # label, address, and whether one is there


@dataclass(frozen=True)
class Frame:
    """The values of the layout."""

    hub_name: str
    language: str
    direction: str
    navigation: tuple[Way, ...]
    openness: Openness
    person: str | None = None
    moderates: bool = False
    logo: str = ""
    sign_in: str = "/login"
    announcements: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()  # label and address of what administrators wrote

    @property
    def searchable(self) -> bool:
        return self.openness is Openness.OPEN

    @property
    def private(self) -> bool:
        """Whether search engines shall stay away."""
        return not self.openness.names_somebody


def around(path: str, address: str, person: Person, prefix: str) -> Frame:
    """The frame of the page at ``path``; ``address`` is where a visitor comes back to after signing in."""
    language, direction = _writing()
    return Frame(
        hub_name=current("name"),
        language=language,
        direction=direction,
        navigation=_ways(path, prefix),
        openness=towards(person),
        person=getattr(person, "username", None),
        moderates=person.may(Permission.SEE_MODERATION),
        logo=prefix + logo.address() if logo.key() else "",
        sign_in=_sign_in(path, address, prefix),
        announcements=tuple(emergency.announcements()),
        texts=tuple((label, prefix + address) for label, address in texts.footer()),
    )


def without_database(path: str, prefix: str) -> Frame:
    """The frame of a page that says that the database does not answer."""
    language, direction = _writing()
    return Frame(declaration("name").default, language, direction, _ways(path, prefix), Openness.CLOSED)


def _writing() -> tuple[str, str]:
    locale = get_locale()
    return (str(locale).replace("_", "-"), locale.text_direction) if locale else ("en", "ltr")


def _ways(path: str, prefix: str) -> tuple[Way, ...]:
    ways = (
        (_("Courses"), "/", path in ("/", "/index.php") or path.startswith("/courses")),
        (_("Sites"), "/sites", path.startswith(("/sites", "/local/hub/top/sites"))),
        (_("Statistics"), "/stats", path.startswith(("/stats", "/local/hub/top/stats"))),
        (_("Connect"), "/connect", path == "/connect"),
        (_("About"), "/about", path == "/about"),
    )
    return tuple((label, prefix + address, here) for label, address, here in ways)


def _sign_in(path: str, address: str, prefix: str) -> str:
    if path in ("/login", "/logout", "/setup"):
        return f"{prefix}/login"
    return f"{prefix}/login?next={quote(address, safe='')}"
