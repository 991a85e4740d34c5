"""What the tests of the visitors' pages share: an open hub, a visitor and a moderator."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from tests.support.pages import PASSWORD, Visitor, visitor


def change(**settings: str) -> None:
    """Save these settings."""
    with transaction(db.session):
        for name, text in settings.items():
            declared.change(name, text)


@pytest.fixture
def open_hub(app: Flask) -> Flask:
    """The application of a hub that is open to everybody."""
    change(hubenabled="1", privacy="search", name="Hub of tests")
    return app


@pytest.fixture
def guest(open_hub: Flask) -> Visitor:
    """Somebody who looks around without an account."""
    return visitor(open_hub)


@pytest.fixture
def moderator(open_hub: Flask) -> Visitor:
    """A moderator, signed in."""
    with transaction(db.session):
        people.create("moderator", "moderator@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)
    return visitor(open_hub).sign_in("moderator")
