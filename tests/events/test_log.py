"""The event log: nothing altered or lost goes unseen, what is over is forgotten, and lists leave as files."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.database import transaction
from hub.events import chain, checkpoints, jobs, log, retention, verifying
from hub.events.log import LogFilter
from hub.events.models import EventCheckpoint, EventDetails, EventRow
from hub.events.record import COMMAND, Event, record
from hub.events.verifying import broken_links
from hub.extensions import db
from tests.admin.conftest import administrator, auditor, moderator  # noqa: F401  # fixtures
from tests.support.pages import Visitor, counted_statements

EVENTS = 10_000


def write(count: int) -> None:
    """This many events, as record() writes them, in one statement."""
    rows, details, previous = [], [], chain.FIRST
    for number in range(1, count + 1):
        said = {"name": f"setting {number}", "after": "ä" * (number % 7)}
        salt = f"{number:032x}"
        row = EventRow(
            id=number,
            at=clock.now().replace(microsecond=0),
            kind=Event.SETTING_CHANGED.value,
            actor=f"user:{number % 9}",
            subject_type="hub",
            subject_id=number % 5 or None,
            personal_digest=chain.digest(salt, said),
            previous_hash=previous,
        )
        row.hash = previous = chain.link(row)
        rows.append({column.name: getattr(row, column.name) for column in EventRow.__table__.columns})
        details.append({"event_id": number, "salt": salt, "details": said})
    db.session.execute(sa.insert(EventRow), rows)
    db.session.execute(sa.insert(EventDetails), details)
    db.session.commit()


def flipped(text: str, dice: random.Random) -> str:
    """The text with one bit of one byte the other way round; another byte if that would be no text."""
    raw = bytearray(text.encode())
    while True:
        place, bit = dice.randrange(len(raw)), 1 << dice.randrange(7)
        raw[place] ^= bit
        try:
            found = raw.decode()
        except UnicodeDecodeError:
            found = ""
        if found and "\x00" not in found:
            return found
        raw[place] ^= bit


def test_events_written_one_by_one_make_the_same_chain(app: Flask) -> None:
    with transaction(db.session):
        for number in range(20):
            record(Event.SETTING_CHANGED, None, by=COMMAND, name=f"setting {number}")
    assert list(broken_links()) == []


def test_one_flipped_bit_in_any_column_of_ten_thousand_events_is_found_in_each(app: Flask) -> None:
    """Every event gets one bit of one of its columns flipped, as the database holds it; each is named."""
    write(EVENTS)
    assert list(broken_links()) == []
    dice = random.Random(4711)
    columns = [
        ("event", name) for name in ("kind", "actor", "subject_type", "personal_digest", "previous_hash", "hash")
    ]
    columns += [("event_details", "salt")]
    if db.engine.dialect.name == "sqlite":  # PostgreSQL holds these as values and not as text
        columns += [("event", "at"), ("event_details", "details")]
    for number in range(1, EVENTS + 1):
        table, column = columns[number % len(columns)]
        key = "id" if table == "event" else "event_id"
        held = db.session.scalar(sa.text(f"SELECT {column} FROM {table} WHERE {key} = {number}"))
        db.session.execute(
            sa.text(f"UPDATE {table} SET {column} = :value WHERE {key} = {number}"), {"value": flipped(held, dice)}
        )
    db.session.commit()
    told = {int(word.strip(".")) for line in broken_links() for word in line.split() if word.strip(".").isdigit()}
    assert set(range(1, EVENTS + 1)) - told == set()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "setting chanhed"),
        ("actor", "user:7"),
        ("subject_type", "hua"),
        ("subject_id", 4),
        ("personal_digest", "1" * 64),
        ("previous_hash", "1" * 64),
        ("hash", "1" * 64),
    ],
)
def test_a_changed_value_is_found_on_every_database(app: Flask, column: str, value: object) -> None:
    write(5)
    db.session.execute(sa.update(EventRow).where(EventRow.id == 3).values({column: value}))
    assert any("vent 3 " in each or "event 3." in each for each in list(broken_links()))


def test_events_cut_off_at_the_end_or_a_whole_chain_made_anew_do_not_fit_the_signature(app: Flask) -> None:
    write(5)
    with transaction(db.session):
        checkpoints.note_head()
    db.session.execute(sa.delete(EventDetails).where(EventDetails.event_id > 3))
    db.session.execute(sa.delete(EventRow).where(EventRow.id > 3))
    assert list(broken_links()) == ["Events 4 to 5 are missing."]
    db.session.execute(sa.delete(EventDetails))
    db.session.execute(sa.delete(EventRow))
    with clock.fixed(clock.now() + timedelta(hours=1)):
        write(5)
    assert list(broken_links()) == ["Event 5 is not the one that the hub signed."]


def test_a_signature_that_the_hub_did_not_make_is_found(app: Flask) -> None:
    write(3)
    with transaction(db.session):
        checkpoints.note_head()
    db.session.execute(sa.update(EventCheckpoint).values(event_id=2))
    assert any("signature under event 2" in each for each in list(broken_links()))


def test_old_events_go_with_a_signature_and_the_rest_still_holds(app: Flask) -> None:
    write(5)
    with clock.fixed(clock.now() + timedelta(days=10)), transaction(db.session):
        record(Event.SETTING_CHANGED, None, by=COMMAND, name="name")
        assert retention.remove(clock.now() - timedelta(days=1)) == 5
    assert db.session.scalars(sa.select(EventRow.id)).all() == [6]
    assert list(broken_links()) == []
    with transaction(db.session):
        record(Event.SETTING_CHANGED, None, by=COMMAND, name="name")
    assert list(broken_links()) == []


def test_the_newest_event_stays_so_that_the_chain_can_go_on(app: Flask) -> None:
    write(2)
    with clock.fixed(clock.now() + timedelta(days=10)), transaction(db.session):
        retention.remove(clock.now())
    assert db.session.scalars(sa.select(EventRow.id)).all() == [2]


def test_details_are_forgotten_and_the_chain_holds(app: Flask) -> None:
    write(3)
    with clock.fixed(clock.now() + timedelta(days=10)), transaction(db.session):
        assert retention.forget_details(clock.now() - timedelta(days=1)) == 3
    assert list(broken_links()) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EventDetails)) == 0


def test_the_daily_look_tells_the_overview_what_is_broken(app: Flask, administrator: Visitor) -> None:  # noqa: F811
    assert jobs.check_events() == 0
    assert "as they were written" in administrator.get("/admin/events").words
    with transaction(db.session):
        db.session.execute(sa.update(EventRow).where(EventRow.id == 1).values(actor="somebody else"))
    assert jobs.check_events() > 0
    last = verifying.last_look()
    assert last is not None
    assert last.problems[0] == "Event 1 was altered."
    for page in ("/admin/", "/admin/events"):
        assert "Event 1 was altered." in administrator.get(page).words


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (LogFilter(), 9),
        (LogFilter(kind="setting changed"), 9),
        (LogFilter(kind="site trusted"), 0),
        (LogFilter(actor="user:1"), 1),
        (LogFilter(subject_type="hub", subject_id=3), 2),
    ],
)
def test_events_are_found_by_what_who_and_about(app: Flask, asked: LogFilter, found: int) -> None:
    write(9)
    assert len(list(log.rows(asked))) == found


def test_days_are_whole_and_both_included(app: Flask) -> None:
    write(3)
    today = clock.now().date()
    day = timedelta(days=1)
    assert len(list(log.rows(LogFilter(since=today, until=today)))) == 3
    assert list(log.rows(LogFilter(since=today + day))) == []
    assert list(log.rows(LogFilter(until=today - day))) == []


def test_exactly_the_events_asked_for_leave_as_csv_and_json_and_that_is_an_event(
    app: Flask,
    auditor: Visitor,  # noqa: F811
) -> None:
    with transaction(db.session):
        record(Event.SITE_EDITED, None, by=COMMAND, new="=HYPERLINK(1)")
    asked = {"kind": "site edited"}
    as_json = json.loads(auditor.post("/admin/events/export", 200, format="json", **asked).text)
    as_csv = list(csv.DictReader(io.StringIO(auditor.post("/admin/events/export", 200, format="csv", **asked).text)))
    assert [each["kind"] for each in as_json] == [each["kind"] for each in as_csv] == ["site edited"]
    assert as_json[0]["details"] == {"new": "=HYPERLINK(1)"}
    assert [each["kind"] for each in log.rows(LogFilter(kind="events exported"))] == ["events exported"] * 2


def test_moderators_cannot_let_the_log_be_looked_through_and_administrators_can(
    moderator: Visitor,  # noqa: F811
    administrator: Visitor,  # noqa: F811
) -> None:
    moderator.post("/admin/events/verify", 403)
    administrator.post("/admin/events/verify")
    assert [each["kind"] for each in log.rows(LogFilter(kind="events verified"))] == ["events verified"]


def test_the_room_asks_the_same_number_of_questions_for_few_events_and_for_many(
    app: Flask,
    moderator: Visitor,  # noqa: F811
) -> None:
    moderator.get("/admin/events")
    with counted_statements() as few:
        moderator.get("/admin/events")
    with transaction(db.session):
        for number in range(45):
            record(Event.SETTING_CHANGED, None, by=COMMAND, name=str(number))
    with counted_statements() as many:
        moderator.get("/admin/events")
    assert len(few) == len(many)
