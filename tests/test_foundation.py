"""The ground: configuration, transactions, events, tokens."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from config import Config, ConfigurationError
from hub.events.models import EventDetails, EventRow
from hub.events.record import COMMAND, Event, record
from hub.events.verifying import broken_links
from hub.extensions import db
from hub.settings import declared


def test_a_misspelt_variable_stops_the_start_and_names_the_right_one() -> None:
    with pytest.raises(ConfigurationError, match="HUB_DATA_DIR"):
        Config.from_environment({"HUB_DATADIR": "x"})


def test_an_empty_variable_counts_as_unset() -> None:
    assert Config.from_environment({"HUB_MAIL_PORT": " "}).mail_port == 25


def test_the_migrations_build_what_the_models_describe(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("course_index"),
            },
        )
        assert compare_metadata(context, db.metadata) == []


def test_a_course_number_is_never_used_again(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            schema = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'course'"))
        assert "AUTOINCREMENT" in schema


def test_altered_and_missing_events_are_found(app: Flask) -> None:
    for number in range(3):
        record(Event.SETTING_CHANGED, None, by=COMMAND, name=f"setting {number}")
    assert list(broken_links()) == []
    db.session.execute(sa.update(EventRow).where(EventRow.id == 2).values(actor="somebody else"))
    assert list(broken_links()) == ["Event 2 was altered."]


def test_the_personal_part_of_an_event_can_be_erased_without_breaking_the_chain(app: Flask) -> None:
    record(Event.SETTING_CHANGED, None, by=COMMAND, name="privacy")
    db.session.execute(sa.delete(EventDetails))
    assert list(broken_links()) == []


def test_privacy_never_set_means_private_and_the_hub_starts_closed(app: Flask) -> None:
    assert declared.current("privacy") == "private"
    assert declared.current("hubenabled") is False


def test_a_setting_says_what_would_fit(app: Flask) -> None:
    with pytest.raises(declared.SettingInvalid, match="private, public, search"):
        declared.change("privacy", "open")
    with pytest.raises(declared.SettingUnknown, match="maxcoursesperday"):
        declared.change("maxcourses", "1")
