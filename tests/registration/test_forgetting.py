"""Of those who asked and were asked, nothing personal is kept for longer than is needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from hub import clock
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration import forgetting, replacing
from hub.registration.models import Attempt, Block
from tests.registration.conftest import query, register

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_where_decided_ones_came_from_and_whom_the_hub_asked_is_forgotten(visitor: FlaskClient) -> None:
    with clock.fixed(START):
        register(visitor, contactemail="Ada@example.org")
        for secret in ("decided", "waits"):
            visitor.get(query(token=secret))
        replacing.block(db.session.get_one(Attempt, 1), by=COMMAND)
        db.session.commit()
    assert forgetting.forget_origins(START) == 0
    assert forgetting.forget_origins(START + timedelta(days=30)) == 2
    db.session.commit()
    rows = db.session.execute(sa.select(Attempt.address, Attempt.mailed_to).order_by(Attempt.id)).all()
    assert rows == [("", ""), ("127.0.0.1", "")]
    assert db.session.scalars(sa.select(Block)).all() == []


def test_a_contact_finds_what_he_was_asked_and_has_it_forgotten(visitor: FlaskClient) -> None:
    register(visitor, contactemail="Ada@example.org")
    visitor.get(query(token="another"))
    assert [each["asked"] for each in forgetting.find_asked("ada@example.org")] == ["Ada@example.org"]
    assert (forgetting.forget_asked("ada@example.org"), forgetting.find_asked("ada@example.org")) == (1, [])
