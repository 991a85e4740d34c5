"""The demo world: believable, moderated, and made by the same rules as the real one."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask

from hub.courses.models import Course, Standing
from hub.database import transaction
from hub.demo import filling, world
from hub.demo.lists import TONGUES
from hub.events.verifying import broken_links
from hub.extensions import db
from hub.sites.models import Site

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_small_world_is_listed_moderated_and_searchable(app: Flask) -> None:
    for step in filling.steps(3):
        with transaction(db.session):
            step()
    counts = filling.counts()
    listed = db.session.scalars(sa.select(Course).where(Course.listed)).all()
    assert counts.site_count == 4
    assert counts.enrollable_count + counts.downloadable_count == len(listed) > 0
    assert all(course.backup_size for course in listed if course.downloadable)
    assert list(broken_links()) == []


def test_the_hostile_listings_wait_for_a_moderator(app: Flask) -> None:
    for step in filling.steps(0):
        with transaction(db.session):
            step()
    site = db.session.scalars(sa.select(Site)).one()
    courses = db.session.scalars(sa.select(Course).where(Course.site_id == site.id)).all()
    assert len(courses) == len(world.HOSTILE)
    assert {course.standing for course in courses} == {Standing.WAITING}


def test_the_full_world_has_hundreds_of_sites_and_thousands_of_courses_in_a_dozen_languages() -> None:
    plans = list(world.sites(400, NOW, random.Random(filling.SEED)))
    assert sum(plan.course_count for plan in plans) > 2000
    assert {plan.tongue.language for plan in plans} == {tongue.language for tongue in TONGUES}


def test_the_demo_does_not_touch_a_hub_that_has_sites(app: Flask) -> None:
    runner = app.test_cli_runner()
    for step in filling.steps(0):
        with transaction(db.session):
            step()
    result = runner.invoke(args=["demo", "--small"])
    assert result.exit_code == 1
    assert "HUB_DATA_DIR" in result.output
