"""A hub that may be registered, a directory to register it with, and an administrator who does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.directory import client, jobs, membership
from hub.directory.models import Membership
from hub.directory.steps import State
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.outgoing.client import GuardedClient
from hub.outgoing.limits import Limits
from hub.settings import changing
from hub.tokens.models import Token
from tests.admin.conftest import signed_in
from tests.directory.played import SLOW, PlayedDirectory
from tests.support.pages import PASSWORD, Answer, Visitor, visitor

READY = {
    "hubenabled": "1",
    "privacy": "search",
    "name": "Hub & Söhne",
    "description": "Courses for all: 100 % free?",
    "contactname": "Ada Ärmel",
    "contactemail": "ada@hub.test",
}


def change(**settings: str) -> None:
    """Save these settings, as the page does."""
    with transaction(db.session):
        changing.change_all(settings, by=COMMAND)


@pytest.fixture
def directory() -> Iterator[PlayedDirectory]:
    """A directory that works."""
    played = PlayedDirectory()
    yield played
    played.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Called with the name of a trouble: for a slow one the hub waits a moment instead of seconds."""

    def shorten(trouble: str) -> None:
        if trouble in SLOW:
            limits = Limits(connect=2, read=0.2, total=0.4, body=262_144, redirects=0)
            monkeypatch.setattr(client, "LIMITS", limits)

    return shorten


@pytest.fixture
def hub(app: Flask, directory: PlayedDirectory) -> Flask:
    """The application of a hub that lacks nothing, and may call this machine."""
    app.extensions["outgoing"] = GuardedClient(allowed=True)
    change(directoryurl=directory.url, **READY)
    return app


@dataclass
class Room:
    """The page of the directory, with an administrator in it."""

    browser: Visitor
    directory: PlayedDirectory

    def words(self) -> str:
        """What the page says."""
        return self.browser.get("/admin/directory").words

    def register(self) -> str:
        """Press the button, carry everything to the directory, and come back with the address it sends us to."""
        there = urlsplit(str(self.browser.post("/admin/directory/register", status=303).location))
        return self.directory.way_back(parse_qsl(there.query, keep_blank_values=True))

    def confirm(self, way_back: str, status: int = 302) -> Answer:
        """Open the page that the directory leads to and press its button."""
        parts = urlsplit(way_back)
        page = self.browser.get(f"{parts.path}?{parts.query}")
        fields = {name: page.hidden(name)[0] for name in ("token", "newtoken", "url")}
        return self.browser.post(parts.path, status=status, **fields)

    def join(self) -> None:
        """Register and confirm."""
        self.confirm(self.register())

    def act(self, name: str, **fields: str) -> str:
        """Press the button of this act, and read what the page says then."""
        token = self.browser.token()
        answer = self.browser.send("POST", f"/admin/directory/{name}", data={"csrf_token": token, **fields})
        assert answer.location == "/admin/directory", answer.text
        return self.words()


@pytest.fixture
def room(hub: Flask, directory: PlayedDirectory) -> Room:
    """The room of a hub that is not registered."""
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    return Room(visitor(hub).sign_in("ada"), directory)


@pytest.fixture
def moderator(hub: Flask) -> Visitor:
    """A moderator, signed in."""
    return signed_in(hub, Role.MODERATOR)


@pytest.fixture
def auditor(hub: Flask) -> Visitor:
    """An auditor, signed in."""
    return signed_in(hub, Role.AUDITOR)


@pytest.fixture
def joined(room: Room) -> Room:
    """The room of a hub that is registered."""
    room.join()
    return room


def state() -> State | None:
    """Where the registration stands."""
    db.session.rollback()
    found = membership.find_live()
    return found.state if found else None


def row() -> Membership:
    """The newest registration, ended or not."""
    db.session.rollback()
    return db.session.scalars(sa.select(Membership).order_by(Membership.id.desc()).limit(1)).one()


def kinds() -> list[str]:
    """What happened with the directory so far."""
    query = sa.select(EventRow.kind).where(EventRow.subject_type == "directory_membership").order_by(EventRow.id)
    return [each.removeprefix("directory ") for each in db.session.scalars(query)]


def live_tokens() -> int:
    """How many tokens open something."""
    query = sa.select(sa.func.count()).select_from(Token).where(Token.revoked_at.is_(None))
    return db.session.scalar(query) or 0


def mails() -> list[OutgoingMail]:
    """The mails about the directory."""
    return list(db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.name == "directory-not-left")))


def assert_whole() -> None:
    """No half state: what the row says of itself fits together, and so do the tokens."""
    found = row()
    assert (found.live is None) == (found.state is State.ENDED) == (found.ended_at is not None)
    assert bool(found.token) == (found.state is State.ASKED)
    assert bool(found.directory_token) == (found.state in (State.CONFIRMED, State.LEAVING))
    assert live_tokens() == (0 if found.state is State.ENDED else 1)
    assert (found.next_attempt_at is None) == (found.state is State.ENDED)
    assert (found.leaving_at is not None) or found.state is not State.LEAVING


def work() -> None:
    """The worker's turn."""
    jobs.call_directory()
