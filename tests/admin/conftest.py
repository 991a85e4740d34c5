"""People of each role, signed in."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from tests.support.pages import PASSWORD, Visitor, visitor


def signed_in(app: Flask, role: Role) -> Visitor:
    """Somebody new with this role, signed in."""
    with transaction(db.session):
        people.create(role.value, f"{role.value}@hub.test", PASSWORD, role, by=COMMAND)
    return visitor(app).sign_in(role.value)


@pytest.fixture
def administrator(app: Flask) -> Visitor:
    """An administrator, signed in."""
    return signed_in(app, Role.ADMINISTRATOR)


@pytest.fixture
def moderator(app: Flask) -> Visitor:
    """A moderator, signed in."""
    return signed_in(app, Role.MODERATOR)


@pytest.fixture
def auditor(app: Flask) -> Visitor:
    """An auditor, signed in."""
    return signed_in(app, Role.AUDITOR)
