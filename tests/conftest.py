"""What every test can ask for: an application over a fresh, migrated database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Config
from hub import create_app
from hub.extensions import db


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The configuration of the application under test."""
    return Config(data_dir=tmp_path / "var", url="http://hub.test", secret_key="a secret key for tests")


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The application, its database migrated, an application context open."""
    app = create_app(config)
    app.testing = True
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts."""
    return app.test_client()
