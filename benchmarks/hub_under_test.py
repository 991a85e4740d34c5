"""A hub to measure: the real application on the real server, in a folder of its own, with an empty view beside it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from flask import Flask, Response

from config import Config
from hub import create_app
from hub.access import open_to_all
from hub.database import transaction
from hub.extensions import db
from hub.serving import Place, serve
from hub.settings import declared

EMPTY = "/bench/empty"


@dataclass(frozen=True)
class Running:
    """A hub that answers on a port of loopback, the application behind it, and the process that serves it."""

    port: int
    app: Flask
    process_id: int


@contextmanager
def running() -> Iterator[Running]:
    """A hub that is open to everybody; gone at the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        app = _application(Path(folder) / "var")
        place = Place("127.0.0.1", _free_port())
        server = multiprocessing.get_context("fork").Process(target=_serve, args=(app, place))
        server.start()
        try:
            _wait_for(place.port)
            yield Running(place.port, app, server.pid or 0)
        finally:
            os.kill(server.pid or 0, signal.SIGTERM)
            server.join()


def _application(data_dir: Path) -> Flask:
    app = create_app(Config(data_dir=data_dir, url="http://bench.example", allow_private_sites=True))
    app.config["RATELIMIT_ENABLED"] = False
    app.add_url_rule(EMPTY, "bench_empty", open_to_all(lambda: Response(b"", content_type="text/plain")))
    with app.app_context():
        flask_migrate.upgrade()
        with transaction(db.session):
            for name, text in (("hubenabled", "1"), ("privacy", "search")):
                declared.change(name, text)
    return app


def _serve(app: Flask, place: Place) -> None:
    log = os.open(app.config["DATA_FOLDER"] / "access.log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    with app.app_context():
        serve(app, place, 1, with_worker=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the hub did not start")
