"""A migrated database for each test: made once, then copied, so that a test does not pay for the migrations."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import flask_migrate
import sqlalchemy as sa

from config import Config
from hub import create_app
from hub.extensions import db
from tests.support import postgresql


@dataclass
class Databases:
    """Databases for tests: on SQLite, or on PostgreSQL when ``sockets`` says in which folder it listens."""

    folder: Path
    sockets: Path | None = None
    prefix: str = "hub"
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _templates: set[str] = field(default_factory=set)

    def new_url(self) -> str | None:
        """The URL of a database still to be made; none on SQLite, where it lies in the data folder."""
        return postgresql.url(self.sockets, f"{self.prefix}_{next(self._numbers)}") if self.sockets else None

    def make_empty(self, config: Config) -> None:
        """Make the database of this configuration, without any table."""
        if config.database_url:
            postgresql.create(self._sockets, _name(config.database_url))

    def make_migrated(self, config: Config) -> None:
        """Make the database of this configuration with every table, as ``hub upgrade`` would."""
        if config.database_url:
            template = self._template(postgresql.url(self._sockets, f"{self.prefix}_template"))
            postgresql.create(self._sockets, _name(config.database_url), _name(str(template.database_url)))
        else:
            config.data_dir.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._template(None).data_dir / "hub.sqlite", config.data_dir / "hub.sqlite")

    def drop(self, config: Config) -> None:
        """Remove the database of this configuration, whoever still uses it."""
        if config.database_url:
            postgresql.drop(self._sockets, _name(config.database_url))

    @property
    def _sockets(self) -> Path:
        assert self.sockets, "this test asks for PostgreSQL in a run on SQLite"
        return self.sockets

    def _template(self, url: str | None) -> Config:
        template = Config(
            data_dir=self.folder / "template", url="http://hub.test", secret_key="for tests", database_url=url
        )
        if str(url) not in self._templates:
            self.make_empty(template)
            _migrate(template)
            self._templates.add(str(url))
        return template


def _migrate(config: Config) -> None:
    with create_app(config).app_context():
        flask_migrate.upgrade()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.engine.dispose()


def _name(url: str) -> str:
    return str(sa.make_url(url).database)
