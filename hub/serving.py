"""``hub serve``: the web server, and the worker beside it."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels

from hub.accesslog import configure_logging
from hub.errors import HubError
from hub.extensions import db
from hub.jobs.worker import work

THREADS = 32  # of each server process; a slow upload holds one for its whole time
SECONDS_TO_FINISH = 10  # after SIGTERM, for requests under way


class PortTaken(HubError):
    """Another program listens there."""

    key = "porttaken"


class CertificateUnusable(HubError):
    """Certificate and key cannot be used for TLS."""

    key = "certificateunusable"


@dataclass(frozen=True)
class Place:
    """Where to serve, and with which certificate."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def url(self) -> str:
        """The address under which a browser on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 (nothing is bound here)
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


def serve(app: Flask, place: Place, processes: int, *, with_worker: bool) -> None:
    """Serve until SIGTERM or SIGINT; the worker, where there is one, ends with the server, however that ends."""
    db.session.remove()
    db.engine.dispose()  # connections are not for sharing with the processes to come
    server = Granian(
        "hub",
        address=place.host,
        port=place.port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
        ssl_protocol_min=SSLProtocols.tls12,
        ssl_cert=place.certificate,
        ssl_key=_readable_key(app, place),
    )
    with _worker_beside(app) if with_worker else _nothing():
        server.serve(target_loader=partial(_application, app, os.getpid()), wrap_loader=False)


def run_worker(app: Flask) -> None:
    """Work in this process until SIGTERM or SIGINT."""
    configure_logging()
    work(app)


def _application(app: Flask, parent: int) -> Flask:
    """What a server process answers with."""
    die_with(parent)
    configure_logging()
    return app


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _worker_beside(app: Flask) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_keep_working, args=(app, stop), name="worker's keeper")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_working(app: Flask, stop: threading.Event) -> None:
    """Run the worker in a process of its own, and start it again should it ever end by itself."""
    while not stop.is_set():
        worker = multiprocessing.get_context("fork").Process(target=_work_for, args=(app, os.getpid()))
        worker.start()
        while worker.is_alive() and not stop.is_set():
            worker.join(0.2)
        worker.terminate()
        worker.join()
        stop.wait(1)


def _work_for(app: Flask, parent: int) -> None:
    die_with(parent)
    run_worker(app)


def die_with(parent: int) -> None:
    """End this process when its parent ends, even by SIGKILL: nobody shall answer or send mail for a dead server."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def require_free(place: Place) -> None:
    """Raise PortTaken when another program listens there."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError as error:
            raise PortTaken(
                f"Cannot listen on {place.host} port {place.port}: {error.strerror}. Choose another with --port."
            ) from error


def _readable_key(app: Flask, place: Place) -> Path | None:
    """The key in the one form that the server reads (PKCS #8), copied into the data folder."""
    if place.certificate is None or place.key is None:
        return None
    try:
        key = load_pem_private_key(place.key.read_bytes(), password=None)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(place.certificate, place.key)
    except (OSError, ValueError, TypeError) as error:
        raise CertificateUnusable(
            f"The certificate {place.certificate} and the key {place.key} cannot be used: {error}. "
            "Both must be PEM files that belong together, the key without a password."
        ) from error
    copy: Path = app.config["DATA_FOLDER"] / "tls_key.pem"
    copy.unlink(missing_ok=True)
    with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return copy
