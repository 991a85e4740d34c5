"""People who run the hub, and their browsers."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.access import Role
from hub.accounts import people
from hub.accounts.models import User
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail.models import OutgoingMail
from tests.support.pages import PASSWORD, Visitor, visitor


def make_person(name: str, role: Role = Role.MODERATOR) -> User:
    """Somebody with an account, stored."""
    with transaction(db.session):
        return people.create(name, f"{name.lower()}@hub.test", PASSWORD, role, by=COMMAND)


@pytest.fixture
def administrator(app: Flask) -> Visitor:
    """Ada, an administrator, signed in."""
    make_person("Ada", Role.ADMINISTRATOR)
    return visitor(app).sign_in("ada")


@pytest.fixture
def eve(app: Flask) -> User:
    """A moderator."""
    return make_person("Eve")


def kinds(since: int = 0) -> list[str]:
    """What happened, in order."""
    return list(db.session.scalars(sa.select(EventRow.kind).where(EventRow.id > since).order_by(EventRow.id)))


def happened() -> int:
    """The number of the last event."""
    return db.session.scalar(sa.select(sa.func.max(EventRow.id))) or 0


def mails(name: str) -> list[OutgoingMail]:
    """The mails of this name, eldest first."""
    return list(db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.name == name).order_by(OutgoingMail.id)))


def link(mail: OutgoingMail) -> str:
    """The path of the link that stands alone on a line of the mail."""
    found = re.search(r"^http://hub\.test(/\S+)$", mail.body, re.MULTILINE)
    assert found, mail.body
    return found[1]


def token_in(mail: OutgoingMail) -> str:
    """The key in the mail's link."""
    return link(mail).partition("token=")[2]
