"""Whatever the database, the same criteria find the same courses in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from benchmarks import world
from config import Config
from hub import create_app
from hub.courses.models import Kind
from hub.database import transaction
from hub.extensions import db
from hub.search import index
from hub.search.criteria import CourseCriteria, Order
from hub.search.query import Found, find

COURSES = 600
SEARCHES = [
    CourseCriteria(),
    *(CourseCriteria(language.words.split()[at]) for language in world.LANGUAGES for at in (0, 2, -1)),
    *(CourseCriteria(words) for words in ("course students", "introducción historia", "数", "1", "%", "nothing of it")),
    *(CourseCriteria(language=language.code) for language in world.LANGUAGES),
    CourseCriteria(kinds=frozenset({Kind.DOWNLOADABLE})),
    CourseCriteria("course", kinds=frozenset({Kind.ENROLLABLE}), audience="students"),
    CourseCriteria(subject="field101", educational_level="tertiary"),
    CourseCriteria("history", language="en", licence="cc-4.0"),
    CourseCriteria(site_id=1),
    CourseCriteria(ids=(3, 1, 599, 600, 601), ids_on_site=(1, 600)),
]


@pytest.mark.postgresql
@pytest.mark.parametrize("analysed", [False, True])
def test_both_databases_find_the_same(app: Flask, tmp_path: Path, analysed: bool) -> None:
    _fill()
    if analysed:
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
    here = _answers()
    assert sum(len(found.ids) for *_, found in here) > 2_000
    with _sqlite(tmp_path):
        _fill()
        for ours, theirs in zip(here, _answers(), strict=True):
            assert ours == theirs


@contextmanager
def _sqlite(folder: Path) -> Iterator[None]:
    app = create_app(Config(data_dir=folder / "sqlite", url="http://hub.test", secret_key="a secret key for tests"))
    with app.app_context():
        flask_migrate.upgrade()
        yield
        db.session.remove()
        db.engine.dispose()


def _fill() -> None:
    with db.engine.begin() as connection:
        world.fill(connection, COURSES)
    with transaction(db.session):
        index.rebuild()


def _answers() -> list[tuple[CourseCriteria, int, Found]]:
    return [
        (criteria, offset, find(criteria, offset=offset, limit=12))
        for criteria in (replace(each, order=order) for each in SEARCHES for order in Order)
        for offset in (0, 9, 200)
    ]
