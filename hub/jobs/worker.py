"""The worker: does the jobs that others wake it for, those whose turn has come, and what the sweep finds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from flask import Flask
from huey import Huey

from hub.jobs import schedule
from hub.jobs.queue import Queue
from hub.jobs.sweep import sweep

log = logging.getLogger(__name__)

THREADS = 3
SECONDS_BETWEEN_SWEEPS = 5


def work(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; the job at hand is finished first after SIGTERM."""
    queue: Queue = app.extensions["hub_queue"]
    _set_clock(queue)
    consumer = queue.huey.create_consumer(
        workers=THREADS, initial_delay=0.1, max_delay=0.5, graceful_signal="TERM", shutdown_timeout=30
    )
    with _sweeping(app):
        consumer.run()


def _set_clock(queue: Queue) -> None:
    huey: Huey = queue.huey
    for job in schedule.jobs():
        huey.periodic_task(job.due, name=job.name)(partial(queue.do, job.name))


@contextmanager
def _sweeping(app: Flask) -> Iterator[None]:
    """Sweep at once and every few seconds, in a thread: a minute, huey's shortest turn, is long for a mail."""
    stop = threading.Event()
    thread = threading.Thread(target=_sweep_until, args=(app, stop), name="sweep")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _sweep_until(app: Flask, stop: threading.Event) -> None:
    while True:
        with app.app_context():
            try:
                sweep()
                app.extensions["hub_queue"].note_work()
            except Exception:
                log.exception("the sweep broke; it is tried again in %s seconds", SECONDS_BETWEEN_SWEEPS)
        if stop.wait(SECONDS_BETWEEN_SWEEPS):
            return
