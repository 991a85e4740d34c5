"""The small look-ups that every request makes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from hub.database import transaction
from hub.extensions import db
from hub.lookups import Lookup
from hub.settings import declared
from hub.settings.models import Setting

NAMES = Lookup(sa.select(Setting.name).where(Setting.name == sa.bindparam("name")))


def test_a_look_up_sees_what_its_own_transaction_has_written(app: Flask) -> None:
    with transaction(db.session):
        declared.change("name", "A hub")
        assert [list(row) for row in NAMES.rows(name="name")] == [["name"]]
        assert declared.current("name") == "A hub"


def test_a_look_up_sees_what_others_have_committed(app: Flask) -> None:
    db.session.rollback()
    assert list(NAMES.rows(name="name")) == []
    with db.engine.begin() as other:
        other.execute(sa.insert(Setting).values(name="name", value="Another hub"))
    assert [list(row) for row in NAMES.rows(name="name")] == [["name"]]


def test_the_first_look_up_of_a_transaction_that_writes_is_made_under_its_lock(app: Flask) -> None:
    with transaction(db.session):
        NAMES.rows(name="name")
        assert db.session().in_transaction()


def test_a_look_up_leaves_no_transaction_open(app: Flask) -> None:
    db.session.rollback()
    NAMES.rows(name="name")
    assert not db.session().in_transaction()
    with transaction(db.session):
        declared.change("name", "Written at once")
    assert declared.current("name") == "Written at once"


def test_hostile_text_is_a_value_and_nothing_else(app: Flask) -> None:
    db.session.rollback()
    assert list(NAMES.rows(name="'; DROP TABLE setting; --")) == []


def test_what_the_driver_cannot_do_is_an_error_of_the_library(app: Flask) -> None:
    db.session.rollback()
    missing = sa.table("no_such_table", sa.column("name"))
    with pytest.raises(OperationalError):
        Lookup(sa.select(missing.c.name)).rows()
