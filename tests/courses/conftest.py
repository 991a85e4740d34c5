"""What the tests of courses share: an open hub, a site with its token, and a count of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import transaction
from hub.extensions import db
from hub.settings import declared
from hub.sites.models import Site
from tests.factories import make_site, make_token


@pytest.fixture
def open_hub(app: Flask) -> Flask:
    """The application of a hub that is open, and to everybody."""
    change(hubenabled="1", privacy="search")
    return app


@pytest.fixture
def site(open_hub: Flask) -> Site:
    """A site that nobody trusts yet."""
    return make_site()


@pytest.fixture
def token(site: Site) -> str:
    """The site's token."""
    return make_token(site)


def change(**settings: str) -> None:
    """Save these settings."""
    with transaction(db.session):
        for name, text in settings.items():
            declared.change(name, text)


Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def statements(app: Flask) -> Counting:
    """Counts the statements that reach the database inside the block."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        yield seen
        sa.event.remove(db.engine, "before_cursor_execute", note)

    return counting
