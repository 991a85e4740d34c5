"""The queue between those who cause work and the worker: it only wakes, and may lose everything it holds.

What must not be lost is a row of ours, written in the same transaction as its cause; ``sweep`` finds the rows that
nobody was woken for.
"""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from typing import Any

import redis
from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey
from huey.constants import EmptyData
from sqlalchemy import event

from hub import clock
from hub.extensions import db
from hub.jobs import schedule

log = logging.getLogger(__name__)

_WAKING = "jobs to wake"
_LAST_WORKED = "hub worker works"
_UNREACHABLE = (sqlite3.Error, redis.RedisError, OSError)


def init_app(app: Flask) -> None:
    """Give the application its queue: SQLite in the data folder, or the Redis server of HUB_QUEUE_URL."""
    app.extensions["hub_queue"] = Queue(app)


def wake(name: str) -> None:
    """Let the worker do this job as soon as the present transaction is committed, and not at all if it is undone."""
    db.session.info.setdefault(_WAKING, set()).add(name)


def is_embedded(app: Flask) -> bool:
    """Whether the queue lies in the data folder, where ``hub serve`` brings its own worker."""
    return not app.config["HUB"].queue_url


class Queue:
    """The application's queue; opened when first needed, as most commands never do."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._opened: Huey | None = None

    @property
    def huey(self) -> Huey:
        if self._opened is None:
            self._opened = _open(self.app)
            self._do = self._opened.task(name="do")(self.do)
        return self._opened

    def put(self, name: str) -> None:
        """Wake the worker for this job."""
        _ = self.huey
        self._do(name)

    def do(self, name: str) -> None:
        """Do the job now, in an application context; what breaks is logged and tried again at the job's next turn."""
        with self.app.app_context():
            try:
                schedule.get_job(name).act()
            except Exception:
                log.exception("job %s broke; it is tried again at its next turn", name)
                db.session.rollback()

    def note_work(self) -> None:
        """Note that the worker works now."""
        self.huey.storage.put_data(_LAST_WORKED, clock.now().isoformat().encode())

    def last_worked(self) -> datetime | None:
        """When the worker noted that it works; nothing when it never did, or when the queue cannot be reached."""
        try:
            noted = self.huey.storage.peek_data(_LAST_WORKED)
        except _UNREACHABLE as error:
            log.warning("the queue cannot be reached, so nobody knows whether the worker works: %s", error)
            return None
        return datetime.fromisoformat(bytes(noted).decode()) if noted is not EmptyData else None

    def close(self) -> None:
        """Let go of what was opened."""
        if self._opened is not None:
            self._opened.storage.close()
        self._opened = None


def _open(app: Flask) -> Huey:
    url = app.config["HUB"].queue_url
    if url:
        return RedisHuey("hub", url=url, results=False)
    path = app.config["DATA_FOLDER"] / "queue.sqlite"
    return SqliteHuey("hub", filename=str(path), results=False, fsync=False, timeout=20)


@event.listens_for(db.session, "after_commit")
def _wake_now(session: Any) -> None:
    for name in session.info.pop(_WAKING, ()):
        try:
            current_app.extensions["hub_queue"].put(name)
        except _UNREACHABLE as error:
            log.warning("the queue cannot be reached, job %s waits for the sweep: %s", name, error)


@event.listens_for(db.session, "after_rollback")
def _let_sleep(session: Any) -> None:
    session.info.pop(_WAKING, None)
