"""Functions and callers made for these tests: the shapes of the hub's own, none of its features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from hub.errors import HubError
from hub.tokens.services import Service
from hub.webservices import introspection
from hub.webservices.dispatch import Caller
from hub.webservices.faults import InvalidToken
from hub.webservices.registry import Function, Registry
from hub.webservices.schema import code, decimal, email, integer, many, raw, struct, text, url, yes_no

ADDRESS = "/local/hub/webservice/webservices.php"
RECORDINGS = Path(__file__).parent.parent / "recordings"
T = "T" * 40
OLD = "O" * 40
FRESH = "F" * 40

metadata = sa.MetaData()
notes = sa.Table("note", metadata, sa.Column("text", sa.Text, unique=True))


@dataclass
class KnownCallers:
    """Callers by token, held in a dictionary, and what the dispatcher asked about them."""

    by_token: dict[str, Caller] = field(default_factory=dict)
    refuse_all: HubError | None = None
    refuse_admission: HubError | None = None
    first_uses: list[int | None] = field(default_factory=list)

    def find_caller(self, token: str, function: Function) -> Caller:
        if self.refuse_all:
            raise self.refuse_all
        if token not in self.by_token:
            raise InvalidToken
        return self.by_token[token]

    def admit(self, caller: Caller, function: Function) -> None:
        if self.refuse_admission:
            raise self.refuse_admission

    def note_first_use(self, caller: Caller) -> None:
        self.first_uses.append(caller.token_id)
        self.by_token = {token: replace(each, used=True) for token, each in self.by_token.items()}


@dataclass
class Received:
    """What the functions below were called with, by name, last call only."""

    by_name: dict[str, dict[str, object]] = field(default_factory=dict)

    def note(self, name: str, caller: Caller, **arguments: object) -> None:
        self.by_name[name] = {"caller": caller, **arguments}

    def __getitem__(self, name: str) -> dict[str, object]:
        return self.by_name[name]


COURSE = struct(
    {
        "sitecourseid": integer,
        "fullname": text.up_to(254),
        "shortname": text.up_to(100),
        "description": text,
        "language": code,
        "publishername": text,
        "publisheremail": email,
        "creatornotes": raw,
        "creatornotesformat": integer,
        "courseurl": url,
        "demourl": url,
        "enrollable": yes_no,
        "screenshots": integer,
        "deletescreenshots": yes_no,
        "contents": many(struct({"moduletype": code, "modulename": text, "contentcount": integer})),
        "outcomes": many(struct({"fullname": text})),
    },
    defaults={
        "courseurl": "",
        "demourl": "",
        "enrollable": False,
        "screenshots": 0,
        "deletescreenshots": False,
        "contents": (),
        "outcomes": (),
    },
)

SITE_KEYS = {
    "name": text,
    "description": text,
    "contactphone": text,
    "imageurl": url,
    "moodleversion": text,
    "moodlerelease": text,
    "url": url,
    "users": integer,
    "participantnumberaverage": decimal,
    "contactable": yes_no,
    "pluginusage": raw,
    "badges": integer,
}


def make_registry(received: Received, session: scoped_session[Session]) -> Registry:
    """Stand-ins for the hub's functions, with the same shapes."""
    registry = Registry()
    introspection.offer(registry)
    declare = registry.function
    everybody = {Service.SITE, Service.PUBLIC}

    @declare(
        "hub_get_info",
        services=Service,
        gives=struct(
            {"name": text, "description": text, "hublogo": integer, "courses": integer, "privacy": code}, ["privacy"]
        ),
    )
    def get_info(caller: Caller) -> dict[str, object]:
        """What the hub tells about itself."""
        received.note("hub_get_info", caller)
        return {"name": "Hub & <Söhne>", "description": "\x00é", "hublogo": 1, "courses": 3, "privacy": None}

    @declare(
        "hub_get_courses",
        services=everybody,
        takes={
            "search": text,
            "downloadable": yes_no,
            "enrollable": yes_no,
            "options": struct(
                {"ids": many(integer), "orderby": code, "givememore": integer, "allsitecourses": yes_no},
                optional=["ids", "orderby", "givememore", "allsitecourses"],
            ),
        },
        defaults={"options": {}},
        gives=struct({"courses": many(struct({"id": integer, "enrollable": yes_no})), "coursetotal": integer}),
    )
    def get_courses(
        caller: Caller, search: str, downloadable: bool, enrollable: bool, options: dict[str, object]
    ) -> object:
        received.note(
            "hub_get_courses", caller, search=search, downloadable=downloadable, enrollable=enrollable, options=options
        )
        return {"courses": [], "coursetotal": 0}

    @declare(
        "hub_register_courses",
        services={Service.SITE},
        takes={"courses": many(COURSE)},
        gives=many(integer),
        writes=True,
    )
    def register_courses(caller: Caller, courses: list[dict[str, object]]) -> list[int]:
        received.note("hub_register_courses", caller, courses=courses)
        return [11 + position for position in range(len(courses))]

    @declare(
        "hub_unregister_courses", services={Service.SITE}, takes={"courseids": many(integer)}, gives=yes_no, writes=True
    )
    def unregister_courses(caller: Caller, courseids: list[int]) -> bool:
        received.note("hub_unregister_courses", caller, courseids=courseids)
        return True

    @declare(
        "hub_update_site_info",
        services={Service.SITE},
        takes={"siteinfo": struct(SITE_KEYS, optional=SITE_KEYS), "timestamp": integer, "signature": text},
        optional=["timestamp", "signature"],
        gives=yes_no,
        writes=True,
    )
    def update_site_info(
        caller: Caller, siteinfo: dict[str, object], timestamp: int | None = None, signature: str = ""
    ) -> bool:
        received.note("hub_update_site_info", caller, siteinfo=siteinfo, timestamp=timestamp)
        return True

    @declare(
        "hub_unregister_site",
        services={Service.SITE},
        takes={"url": many(text)},
        optional=["url"],
        gives=yes_no,
        writes=True,
        unknown_token_answer=True,
    )
    def unregister_site(caller: Caller, url: list[str] | None = None) -> bool:
        received.note("hub_unregister_site", caller, url=url)
        return True

    @declare(
        "hub_site_is_registered", services={Service.SITE}, takes={"siteurl": text, "sitesecret": raw}, gives=yes_no
    )
    def site_is_registered(caller: Caller, siteurl: str, sitesecret: str) -> bool:
        received.note("hub_site_is_registered", caller, siteurl=siteurl, sitesecret=sitesecret)
        return sitesecret.startswith("Kqwds")

    @declare("echo", services=everybody, takes={"said": raw}, gives=raw)
    def echo(caller: Caller, said: str) -> str:
        """Say the same again."""
        return said

    @declare("backupsize", services=everybody, gives=integer)
    def backupsize(caller: Caller) -> int:
        return 3_000_000_000

    @declare("write_note", services=everybody, takes={"note": text}, gives=text, writes=True)
    def write_note(caller: Caller, note: str) -> str:
        session.execute(notes.insert().values(text=note))
        if note == "break afterwards":
            raise RuntimeError("the secret of the machine room")
        return note

    @declare("answer_nonsense", services=everybody, gives=struct({"id": integer}))
    def answer_nonsense(caller: Caller) -> object:
        return {"identity": "unknown"}

    return registry


Xmlrpc = Callable[..., str]


def method_call(name: str, *values: str) -> str:
    """A call as the Zend client writes it; values are given as XML."""
    params = "".join(f"<param><value>{value}</value></param>" for value in values)
    params = f"<params>{params}</params>" if values else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<methodCall><methodName>{name}</methodName>{params}</methodCall>'


def recorded(release: str, name: str) -> bytes:
    """The body of a request that a real Moodle of this release sent; ``name`` is its file's, without the number."""
    (path,) = (RECORDINGS / f"moodle-{release}").glob(f"[0-9][0-9]-{name}.request")
    return path.read_bytes().partition(b"\r\n\r\n")[2]
