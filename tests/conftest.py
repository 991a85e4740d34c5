"""What every test can ask for: an application over a fresh, migrated database, and real parts around it.

The database is SQLite, or PostgreSQL when HUB_TEST_DATABASE=postgresql; a run on PostgreSQL leaves out the tests that
touch no database, and those of pages in a browser, of the wire, the network and the words: they would only be
repeated.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import event

from config import Config
from hub import create_app
from hub.accounts import people
from hub.extensions import db, limiter
from tests.support import browser, looking, network, postgresql
from tests.support.browser import Complaints
from tests.support.databases import Databases
from tests.support.moodle import MoodleSite
from tests.support.server import Server
from tests.support.smtp import MailServer

_SOCKETS = pytest.StashKey[Path | None]()
_CLUSTER = pytest.StashKey[postgresql.Cluster]()
_USES_DATABASE = {"config", "databases"}
_SAME_EVERYWHERE = {"conformance", "demo", "doctor", "environment", "webservices"}  # whatever keeps the rows
_SAME_EVERYWHERE |= {"test_access.py", "test_error_pages.py", "test_translations.py", "test_texts.py"}
_SAME_EVERYWHERE |= {"test_troubles.py"}


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster once for all workers, and forget the hub's variables of whoever runs the tests."""
    config.addinivalue_line("markers", "sqlite: says something about SQLite only")
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        config.stash[_SOCKETS] = Path(workerinput["sockets"]) if workerinput["sockets"] else None
    elif os.environ.get("HUB_TEST_DATABASE") == "postgresql" and not config.option.collectonly:
        config.stash[_CLUSTER] = postgresql.Cluster()
        config.stash[_SOCKETS] = config.stash[_CLUSTER].folder
    else:
        config.stash[_SOCKETS] = None
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        del os.environ[name]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell an xdist worker where the cluster listens."""
    sockets = node.config.stash[_SOCKETS]  # type: ignore[attr-defined]  # xdist has no types
    node.workerinput["sockets"] = str(sockets) if sockets else ""  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the cluster down."""
    if _CLUSTER in config.stash:
        config.stash[_CLUSTER].stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what says nothing about the database of this run."""
    on_postgresql = config.stash[_SOCKETS] is not None
    left_out = [item for item in items if _says_nothing(item, on_postgresql)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _says_nothing(item: pytest.Item, on_postgresql: bool) -> bool:
    if not on_postgresql:
        return item.get_closest_marker("postgresql") is not None
    if item.get_closest_marker("browser") is not None and "stories" not in item.path.parts:
        return True  # pages look the same on every database
    if _SAME_EVERYWHERE & set(item.path.parts):
        return True  # the wire, the network and the words are: nothing is asked of the database that others do not ask
    uses_database = bool(_USES_DATABASE & set(getattr(item, "fixturenames", ())))
    return item.get_closest_marker("sqlite") is not None or not uses_database


@pytest.fixture
def rate_limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits as they are in service, nothing spent yet."""
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Passwords are hashed as in service, but with the least effort: it would be half the time of all tests."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(people, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but this machine can be reached."""
    network.close(monkeypatch)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Where tests get their databases."""
    workerinput = getattr(request.config, "workerinput", {"workerid": "main"})
    prefix = f"hub_{workerinput['workerid']}"
    return Databases(tmp_path_factory.mktemp("databases"), request.config.stash[_SOCKETS], prefix)


@pytest.fixture
def config(tmp_path: Path, databases: Databases) -> Iterator[Config]:
    """The configuration of the application under test; its database is dropped at the end."""
    config = Config(
        data_dir=tmp_path / "var",
        url="http://hub.test",
        secret_key="a secret key for tests",
        database_url=databases.new_url(),
    )
    yield config
    databases.drop(config)


@pytest.fixture
def database(config: Config, databases: Databases) -> None:
    """The database of the test, every table in it."""
    databases.make_migrated(config)


@pytest.fixture(scope="session")
def template_cache(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled templates, so that not every test's application compiles them anew."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(
    config: Config, database: None, template_cache: FileSystemBytecodeCache, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The application, an application context open, rate limits off (see ``rate_limits``)."""
    app = create_app(config)
    app.testing = True
    app.jinja_env.bytecode_cache = template_cache
    monkeypatch.setattr(limiter, "enabled", False)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _hurry)
        yield app
        db.session.remove()
        db.engine.dispose()


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # no test cuts the power


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts."""
    return app.test_client()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server that keeps what it is given."""
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def moodle() -> Iterator[MoodleSite]:
    """A Moodle site that answers."""
    site = MoodleSite()
    yield site
    site.stop()


@pytest.fixture
def stopped_server(config: Config, mail_server: MailServer) -> Iterator[Server]:
    """A hub in a process of its own, not yet started, over an empty database; sites may be private."""
    variables = {"HUB_ALLOW_PRIVATE_SITES": "1", "HUB_SECRET_KEY": str(config.secret_key), **mail_server.variables}
    if config.database_url:
        variables["HUB_DATABASE_URL"] = config.database_url
    server = Server(config.data_dir, variables)
    yield server
    server.stop()


@pytest.fixture
def server(database: None, stopped_server: Server) -> Server:
    """``hub serve`` in a process of its own, ready to answer; sites may be private, mail goes to ``mail_server``."""
    return stopped_server.start()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    with browser.chromium() as launched:
        yield launched


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile."""
    context = chromium.new_context()
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[Complaints]:
    """What the pages of ``context`` complained about; anything unexpected fails the test at its end.

    A test that provokes an error on purpose says so: ``complaints.expected = ("403",)``.
    """
    complaints = Complaints()
    complaints.watch(context)
    yield complaints
    assert complaints.unexpected == []


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Page:
    """A tab of the browser."""
    return context.new_page()


@pytest.fixture(params=looking.WINDOWS, ids=lambda window: f"{window[0]} {window[1]}")
def window(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of a phone in dark colours, and of a desk in light ones; nothing may be complained about in its console.

    A test that provokes complaints names parts of them in ``window.complaints.expected``.
    """
    width, scheme = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints = Complaints()
    complaints.watch(context)
    page = context.new_page()
    page.complaints = complaints  # type: ignore[attr-defined]  # carried along for the test
    yield page
    context.close()
    assert complaints.unexpected == []
