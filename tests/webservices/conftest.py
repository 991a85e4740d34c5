"""A hub with functions made for these tests: every dialect, a real database, but none of the hub's features."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from hub.database import prepare
from hub.extensions import csrf
from hub.tokens.services import Service
from hub.webservices import views
from hub.webservices.dispatch import Caller, Dispatcher
from hub.webservices.registry import Registry
from tests.webservices.demo import ADDRESS, FRESH, OLD, KnownCallers, Received, T, Xmlrpc, make_registry, metadata


@pytest.fixture
def callers() -> KnownCallers:
    """A site with a token, one of release 3.3 with another, one that never called, and the public."""
    return KnownCallers(
        {
            T: Caller(Service.SITE, site_id=1, token_id=1, release="2.8.5+ (Build: 20150319)"),
            OLD: Caller(Service.SITE, site_id=2, token_id=2, version="2017051501.03"),
            FRESH: Caller(Service.SITE, site_id=3, token_id=3, used=False),
            "publichub": Caller(Service.PUBLIC),
        }
    )


@pytest.fixture
def session(tmp_path: Path) -> Iterator[scoped_session[Session]]:
    """A session over an SQLite file with one table."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'notes.sqlite'}")
    prepare(engine)
    with engine.begin() as connection:
        metadata.create_all(connection)
    session = scoped_session(sessionmaker(engine))
    yield session
    session.remove()
    engine.dispose()


@pytest.fixture
def received() -> Received:
    return Received()


@pytest.fixture
def registry(received: Received, session: scoped_session[Session]) -> Registry:
    return make_registry(received, session)


@pytest.fixture
def dispatcher(registry: Registry, callers: KnownCallers, session: scoped_session[Session]) -> Dispatcher:
    return Dispatcher(registry, callers, session)


@pytest.fixture
def app(dispatcher: Dispatcher) -> Flask:
    """An application with nothing but the web services, protected against forged requests as the hub is."""
    app = Flask("demo")
    app.config.update(SECRET_KEY="for tests", MAX_CONTENT_LENGTH=1024, MAX_FORM_PARTS=5, MAX_FORM_MEMORY_SIZE=100)
    csrf.init_app(app)
    app.register_blueprint(views.bp)
    app.extensions["webservices"] = dispatcher
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def xmlrpc(client: FlaskClient) -> Xmlrpc:
    """Send a document, get the document that comes back."""

    def send(body: bytes | str, token: str = T, user_agent: str = "Zend_XmlRpc_Client") -> str:
        answer = client.post(
            f"{ADDRESS}?wstoken={token}",
            data=body,
            content_type="text/xml; charset=utf-8",
            headers={"User-Agent": user_agent},
        )
        assert answer.status_code == 200
        assert answer.content_type == "text/xml; charset=utf-8"
        assert answer.content_length == len(answer.data)
        assert answer.data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
        return answer.data.decode()

    return send
