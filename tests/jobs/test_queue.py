"""The queue wakes the worker after a commit; what it loses, the sweep finds."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from config import Config
from hub.database import transaction
from hub.extensions import db
from hub.jobs import queue, schedule, sweep
from hub.jobs.schedule import Job
from tests.support.server import free_port

done: list[str] = []


@pytest.fixture(autouse=True)
def job(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Iterator[Job]:
    """A job of our own, and nothing else that the sweep watches."""
    done.clear()
    job = Job("note", lambda: done.append("note"), 10)
    monkeypatch.setitem(schedule._jobs, "note", job)
    monkeypatch.setattr(sweep, "_watched", {})
    yield job
    app.extensions["hub_queue"].close()


def waiting_tasks(app: Flask) -> int:
    return int(app.extensions["hub_queue"].huey.pending_count())


def work_one(app: Flask) -> None:
    huey = app.extensions["hub_queue"].huey
    huey.execute(huey.dequeue())


def write() -> None:
    db.session.execute(db.text("CREATE TABLE IF NOT EXISTS scratch (n integer)"))


def test_the_worker_is_woken_after_the_commit_and_not_before(app: Flask) -> None:
    with transaction(db.session):
        write()
        queue.wake("note")
        assert waiting_tasks(app) == 0
    assert waiting_tasks(app) == 1
    work_one(app)
    assert done == ["note"]


def test_an_undone_transaction_wakes_nobody(app: Flask) -> None:
    write()
    queue.wake("note")
    db.session.rollback()
    with transaction(db.session):
        write()
    assert waiting_tasks(app) == 0


def test_waking_a_job_many_times_in_one_transaction_wakes_it_once(app: Flask) -> None:
    with transaction(db.session):
        write()
        for _ in range(200):
            queue.wake("note")
    assert waiting_tasks(app) == 1


def test_a_queue_that_cannot_be_reached_spoils_no_commit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def put(self, name: str) -> None:
            raise sqlite3.OperationalError("disk is full")

    monkeypatch.setitem(app.extensions, "hub_queue", Broken())
    app.extensions["hub_queue"].close = lambda: None
    with transaction(db.session):
        write()
        queue.wake("note")
    assert db.session.execute(db.text("SELECT count(*) FROM scratch")).scalar() == 0


def test_a_job_that_breaks_is_logged_and_breaks_nothing_else(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(schedule._jobs, "break", Job("break", lambda: 1 // 0, 1))
    app.extensions["hub_queue"].do("break")
    assert "job break broke" in caplog.text


def test_the_sweep_finds_what_nobody_was_woken_for(app: Flask) -> None:
    things = ["one"]
    sweep.watch("note", lambda: bool(things))
    assert sweep.sweep() == ["note"]
    things.clear()
    assert sweep.sweep() == []
    assert done == ["note"]


def test_a_job_is_due_every_so_many_minutes(job: Job) -> None:
    assert [minute for minute in range(60) if job.due(datetime(2026, 1, 1, 0, minute, 30, tzinfo=UTC))] == [
        *range(0, 60, 10)
    ]


def test_a_job_is_named_after_its_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_jobs", {})

    @schedule.every(minutes=5)
    def check_sites() -> None:
        """Nothing."""

    assert [each.name for each in schedule.jobs()] == ["check-sites"]


def test_jobs_can_be_woken_from_many_threads(app: Flask) -> None:
    def wake() -> None:
        with app.app_context():
            app.extensions["hub_queue"].put("note")

    threads = [threading.Thread(target=wake) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waiting_tasks(app) == 8


def test_a_redis_server_that_is_away_spoils_no_commit(
    app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(app.config, "HUB", replace(config, queue_url=f"redis://127.0.0.1:{free_port()}/0"))
    with transaction(db.session):
        write()
        queue.wake("note")
    assert "job note waits for the sweep" in caplog.text
    assert not queue.is_embedded(app)
