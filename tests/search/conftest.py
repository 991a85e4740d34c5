"""What the tests of search share: short ways to publish and to find, and a count of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.courses.models import Course
from hub.extensions import db
from hub.search.criteria import CourseCriteria
from hub.search.query import find
from hub.sites.models import Site
from tests.factories import make_course, make_site

NEW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def site(app: Flask) -> Site:
    """A site without priority."""
    return make_site()


@pytest.fixture
def publish(site: Site) -> Callable[..., Course]:
    """Publishes a listed course that says nothing but its title, ``age`` days before a fixed day."""

    def published(fullname: str = "Untitled", *, at: Site | None = None, age: float = 0, **values: Any) -> Course:
        silent = {"shortname": "", "description": "", "publisher_name": "", "creator_name": ""}
        values = silent | {"modified_at": NEW - timedelta(days=age)} | values
        return make_course(at or site, fullname=fullname, **values)

    return published


def found(words: str = "", offset: int = 0, limit: int = 10, **criteria: Any) -> list[int]:
    """The ids found for these words and criteria."""
    return list(find(CourseCriteria(words, **criteria), offset=offset, limit=limit).ids)


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the statements that reach the database inside the block, without those that begin transactions."""

    @contextmanager
    def collecting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith("BEGIN"):
                seen.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        yield seen
        sa.event.remove(db.engine, "before_cursor_execute", note)

    return collecting
