"""A private PostgreSQL server in a temporary folder, run by an ordinary user and taken down at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

OWNER = "hub"
_UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "120",
    "listen_addresses": "",
    "log_min_messages": "fatal",
    "log_min_error_statement": "fatal",
}


class Cluster:
    """A server on a Unix socket in a folder of its own; trusts everybody who reaches the socket."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hub-postgresql-"))
        self.user = _ordinary_user()
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "-D", self.data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.process = self._start()
        self._wait()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def stop(self) -> None:
        """End the server at once and remove its folder."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        settings = [f"-c{name}={value}" for name, value in _UNSAFE_BUT_FAST.items()]
        command = [_program("postgres"), "-D", self.data, "-k", self.folder, *settings]
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                command,
                user=self.user,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [_program(program), *arguments], user=self.user, cwd=self.folder, check=True, capture_output=True
        )

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                connect(self.folder).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")


def connect(socket_folder: Path) -> psycopg.Connection:
    """A connection for making and dropping databases."""
    return psycopg.connect(host=str(socket_folder), user=OWNER, dbname="postgres", autocommit=True)


def url(socket_folder: Path, database: str) -> str:
    """What HUB_DATABASE_URL says for this database."""
    return f"postgresql+psycopg://{OWNER}@/{database}?host={socket_folder}"


def create(socket_folder: Path, database: str, template: str = "template1") -> None:
    """A new database, filled like the template."""
    _execute(socket_folder, "CREATE DATABASE {} TEMPLATE {}", database, template)


def drop(socket_folder: Path, database: str) -> None:
    """Remove the database, whoever still uses it."""
    _execute(socket_folder, "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)


def _execute(socket_folder: Path, statement: str, *names: str) -> None:
    with connect(socket_folder) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _program(name: str) -> str:
    """The newest installed program of this name; Debian keeps most of them out of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise RuntimeError(f"PostgreSQL's program {name!r} is missing; scripts/install-test-programs installs it.")
    return found


def _ordinary_user() -> str | None:
    """Whom the server runs as when we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
