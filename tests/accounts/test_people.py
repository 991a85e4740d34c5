"""Passwords are proved outside of transactions, and the proof is weighed inside."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.access import Role
from hub.accounts import people
from hub.accounts.models import User
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from tests.support.pages import PASSWORD


@pytest.fixture
def mo(app: Flask) -> User:
    with transaction(db.session):
        return people.create("Mo", "mo@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)


def test_a_proved_password_admits_its_person(mo: User) -> None:
    assert people.admit("MO", people.prove("mo", PASSWORD)) is mo


@pytest.mark.parametrize(("username", "password"), [("mo", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_nothing_is_proved_by_what_does_not_fit(mo: User, username: str, password: str) -> None:
    assert people.prove(username, password) is None
    assert people.admit(username, None) is None


def test_a_proof_ends_with_the_password_that_it_is_for(mo: User) -> None:
    proof = people.prove("mo", PASSWORD)
    with transaction(db.session):
        people.change_password(mo, "quite another password", by=COMMAND)
    assert people.admit("mo", proof) is None


def test_whoever_was_banned_meanwhile_is_not_admitted(mo: User) -> None:
    proof = people.prove("mo", PASSWORD)
    with transaction(db.session):
        mo.banned = True
    assert people.admit("mo", proof) is None


def test_the_proof_of_one_person_admits_no_other(mo: User) -> None:
    with transaction(db.session):
        people.create("Ann", "ann@hub.test", "an entirely different one", Role.ADMINISTRATOR, by=COMMAND)
    assert people.admit("ann", people.prove("mo", PASSWORD)) is None
