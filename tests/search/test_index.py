"""The index follows the courses inside their transactions, and can be made anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.courses import visibility
from hub.courses.models import Course, Kind, Standing
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.search import index, listed
from hub.search.rank import rank
from hub.search.tables import entry
from hub.sites import moderation
from hub.sites.models import Site
from tests.factories import make_site
from tests.search.conftest import NEW, found

Publish = Callable[..., Course]


def contents() -> list[Any]:
    """All that the index holds, in a form that can be compared."""
    rows = list(map(tuple, db.session.execute(sa.select(entry).order_by(entry.c.course_id))))
    stored = "SELECT course_id, tokens FROM course_index_entry ORDER BY course_id"
    if db.engine.dialect.name == "sqlite":
        stored = "SELECT rowid, tokens FROM course_index ORDER BY rowid"
    return [rows, list(map(tuple, db.session.execute(sa.text(stored))))]


def wipe() -> None:
    with transaction(db.session):
        db.session.execute(sa.delete(entry))
        if db.engine.dialect.name == "sqlite":
            db.session.execute(sa.text("DELETE FROM course_index"))


def test_only_listed_courses_are_found(publish: Publish) -> None:
    shown = publish("Algebra")
    publish("Algebra", standing=Standing.WAITING)
    publish("Algebra", kind=Kind.DOWNLOADABLE, backup=None)
    assert found("algebra") == [shown.id]
    with transaction(db.session):
        visibility.hide(shown, by=COMMAND)
    assert found("algebra") == []
    with transaction(db.session):
        visibility.show(shown, by=COMMAND)
    assert found("algebra") == [shown.id]


def test_a_changed_text_is_found_by_its_new_words_only(publish: Publish) -> None:
    course = publish("Algebra")
    with transaction(db.session):
        course = db.session.get_one(Course, course.id)
        course.fullname = "Geometry"
        visibility.tell([course.id])
    assert found("algebra") == []
    assert found("geometry") == [course.id]


def test_what_happens_to_a_site_happens_to_its_courses(publish: Publish, site: Site) -> None:
    elsewhere = publish("Algebra 1", at=make_site())
    here = publish("Algebra 2", age=9)
    assert found("algebra") == [elsewhere.id, here.id]
    with transaction(db.session):
        moderation.prioritise(db.session.get_one(Site, site.id), by=COMMAND, reason="known")
    assert found("algebra") == [here.id, elsewhere.id]
    with transaction(db.session):
        moderation.hide(db.session.get_one(Site, site.id), by=COMMAND)
    assert found("algebra") == [elsewhere.id]


def test_what_is_undone_in_the_database_is_undone_in_the_index(publish: Publish) -> None:
    course = publish("Algebra")
    before = contents()
    with suppress(ZeroDivisionError), transaction(db.session):
        visibility.hide(db.session.get_one(Course, course.id), by=COMMAND)
        assert found("algebra") == []
        raise ZeroDivisionError
    assert contents() == before
    assert found("algebra") == [course.id]


def test_following_twice_changes_nothing(publish: Publish) -> None:
    ids = [publish(f"Algebra {number}", age=number % 3).id for number in range(9)]
    before = contents()
    with transaction(db.session):
        index.follow([*ids, *ids, 12345])
    assert contents() == before


def test_rebuilding_restores_a_lost_index_and_drops_what_does_not_belong(publish: Publish) -> None:
    for number in range(7):
        publish(f"Algebra {number}", age=number)
    before = contents()
    wipe()
    assert found("algebra") == []
    done: list[int] = []
    with transaction(db.session):
        db.session.execute(
            sa.text(
                "INSERT INTO course_index_entry (course_id, rank, language, fullname_key, publisher_key"
                + (
                    ") VALUES (999, 999, '', '', '')"
                    if db.engine.dialect.name == "sqlite"
                    else ", tokens) VALUES (999, 999, '', '', '', 'algebra')"
                )
            )
        )
        index.rebuild(done.append)
    assert contents() == before
    assert done == [8]


def test_rebuilding_takes_portions(publish: Publish, monkeypatch: Any) -> None:
    monkeypatch.setattr(index, "BATCH", 3)
    for number in range(7):
        publish(f"Algebra {number}")
    before = contents()
    wipe()
    done: list[int] = []
    with transaction(db.session):
        index.rebuild(done.append)
    assert contents() == before
    assert done == [3, 6, 7]


def test_the_command_makes_the_index_anew(app: Flask, publish: Publish) -> None:
    publish("Algebra")
    before = contents()
    wipe()
    result = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert result.exit_code == 0, result.output
    assert "complete; 1 courses" in result.output
    assert contents() == before


def test_a_site_s_courses_are_followed_in_a_few_statements(
    publish: Publish, site: Site, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    ids = [publish(f"Algebra {number}").id for number in range(25)]
    with transaction(db.session), statements() as seen:
        index.follow(ids)
    assert len(seen) <= 6


def test_the_rank_is_priority_then_age_then_id() -> None:
    course, later = NEW.timestamp(), NEW.timestamp() + 1
    at = {moment: NEW.fromtimestamp(moment, NEW.tzinfo) for moment in (course, later)}
    ordered = [
        rank(9, at[course], False),
        rank(10, at[course], False),
        rank(1, at[later], False),
        rank(1, at[course], True),
    ]
    assert ordered == sorted(ordered)
    assert max(ordered) < 2**63


def test_the_languages_of_listed_courses_are_known(publish: Publish) -> None:
    assert listed.languages() == []
    for language in ("fr", "en_us", "en", "zh_cn", ""):
        publish("Algebra", language=language)
    publish("Algebra", language="de", standing=Standing.WAITING)
    assert listed.languages() == ["en", "fr", "zh"]


@pytest.mark.parametrize("first", ["course", "site"])
def test_two_changes_at_the_same_time_are_both_indexed(app: Flask, publish: Publish, site: Site, first: str) -> None:
    course_id = publish("Algebra", age=9).id
    newer = publish("Geometry 1", at=make_site()).id
    changes = {"course": lambda: _retitle(course_id), "site": lambda: _prioritise(site.id)}
    changed = threading.Event()

    def change_first() -> None:
        with app.app_context(), transaction(db.session):
            changes.pop(first)()
            changed.set()
            time.sleep(0.3)  # the other one begins meanwhile, and waits or not as the database has it

    thread = threading.Thread(target=change_first)
    thread.start()
    changed.wait()
    [second] = changes.values()
    with transaction(db.session):
        second()
    thread.join()
    assert found("geometry") == [course_id, newer]


def _retitle(course_id: int) -> None:
    db.session.execute(sa.update(Course).where(Course.id == course_id).values(fullname="Geometry 2"))
    visibility.tell([course_id])


def _prioritise(site_id: int) -> None:
    moderation.prioritise(db.session.get_one(Site, site_id), by=COMMAND, reason="known")
