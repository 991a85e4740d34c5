"""Why a site or a course is not listed: the page's verdict is the search's, in any state there can be."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hub.courses import visibility as courses
from hub.courses.models import Course, CourseVersion, Kind, Standing, VersionState
from hub.database import transaction
from hub.extensions import db
from hub.frontpage import openness
from hub.frontpage.wording import named
from hub.search import backends, index, query
from hub.search.criteria import CourseCriteria
from hub.settings import declared
from hub.sites import directory, standing, visibility
from hub.sites.models import Hider, Reachability, Site, SitePrivacy, SiteState
from tests.factories import make_course

BEGIN = datetime(2026, 4, 1, tzinfo=UTC)
UNHURRIED = list(HealthCheck)
maybe_moment = st.none() | st.just(BEGIN)

SITES = st.fixed_dictionaries(
    {
        "state": st.sampled_from(SiteState),
        "visible": st.booleans(),
        "hidden_by": st.sampled_from(Hider),
        "privacy": st.sampled_from(SitePrivacy),
        "trusted": st.booleans(),
        "trust_paused": st.booleans(),
        "prioritised": st.booleans(),
        "reachability": st.sampled_from(Reachability),
        "left_at": maybe_moment,
        "confirmed_at": maybe_moment,
        "name": st.sampled_from(["", "A school"]),
    }
)
COURSES = st.fixed_dictionaries(
    {
        "standing": st.sampled_from(Standing),
        "kind": st.sampled_from(Kind),
        "withdrawn_at": maybe_moment,
        "removed_at": maybe_moment,
        "backup_size": st.none() | st.integers(0, 3),
        "screenshot_count": st.integers(0, 1),
    }
)
HUBS = st.fixed_dictionaries(
    {
        "hubenabled": st.booleans(),
        "privacy": st.sampled_from(["private", "public", "search"]),
        "searchfornologin": st.booleans(),
    }
)
# Sites and courses that are listed would hardly ever come by chance alone: half of the states begin there.
GOOD_SITE = {"state": SiteState.LIVE, "visible": True}
GOOD_COURSE = {"standing": Standing.SHOWN, "withdrawn_at": None, "removed_at": None, "kind": Kind.ENROLLABLE}
GOOD_HUB = {"hubenabled": True, "privacy": "public"}


def mostly(states: st.SearchStrategy[dict[str, Any]], good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any state; in half of the cases one that has everything that is good."""
    return st.tuples(states, st.booleans()).map(lambda pair: pair[0] | good if pair[1] else pair[0])


STATES = st.tuples(
    mostly(HUBS, GOOD_HUB), mostly(SITES, GOOD_SITE), mostly(COURSES, GOOD_COURSE), st.booleans(), st.booleans()
)


class _Visitor:
    is_authenticated = False

    def may(self, permission: object) -> bool:
        return False


def take_on(state: Any, site: Site, course: Course) -> None:
    """Let rows, settings and the index be in this state, as the rules of each would leave them."""
    hub, of_site, of_course, waits, forgotten = state
    for name, value in hub.items():
        declared.change(name, str(int(value)) if isinstance(value, bool) else value)
    db.session.execute(sa.update(Site).where(Site.id == site.id).values(**of_site))
    db.session.execute(sa.update(Course).where(Course.id == course.id).values(**of_course))
    version = VersionState.WAITING if waits else VersionState.REFUSED
    db.session.execute(sa.update(CourseVersion).where(CourseVersion.course_id == course.id).values(state=version))
    courses.refresh(Course.site_id == site.id)
    index.follow([course.id])
    if forgotten:
        backends.current().replace([course.id], [])
    db.session.expire_all()


def shown_to_visitors(course: Course) -> bool:
    """What the search says, from end to end."""
    if not openness.towards(_Visitor()).names_somebody:
        return False
    found = query.find(CourseCriteria(words=course.fullname))
    return course.id in found.ids


def in_public_list(site: Site) -> bool:
    """What the list of sites says, from end to end."""
    if not openness.towards(_Visitor()).names_somebody:
        return False
    return site.id in set(db.session.scalars(directory.named().with_only_columns(Site.id)))


def check(state: Any, site: Site, course: Course) -> list[str]:
    """Both pages say what search, list and the rows' own answers say; nothing is kept. Gives the verdicts."""
    with transaction(db.session), ExitStack() as stack:
        stack.callback(db.session.rollback)
        take_on(state, site, course)
        assert visibility.verdict(courses.explained(course.id)) is shown_to_visitors(course)
        assert visibility.verdict(visibility.why(site.id)) is in_public_list(site)
        rules = {answer.rule.name: answer.holds for answer in courses.why(course.id)}
        assert course.listed is all(rules[rule.name] for rule in courses.RULES)
        assert rules["nothing waits"] is not state[3]
        seen = db.session.scalar(sa.select(Site.id).where(Site.id == site.id, visibility.predicate())) is not None
        assert standing.listed(site) is seen
        on_list = db.session.scalar(sa.select(Site.id).where(Site.id == site.id, visibility.listed())) is not None
        assert named(site) is on_list
        return [f"course {shown_to_visitors(course)}", f"site {in_public_list(site)}"]


@pytest.fixture
def course(app: Flask) -> Course:
    """A course with a version of it, and others around it."""
    make_course(fullname="Astronomy of the south")
    course = make_course(fullname="Astronomy of the north")
    version = CourseVersion(
        course_id=course.id, number=2, state=VersionState.WAITING, received_at=BEGIN, fullname="Another name"
    )
    db.session.add(version)
    db.session.commit()
    return course


def some_states(course: Course, count: int) -> Counter[str]:
    """Look at so many random states; how many of them listed the course, the site, or did not."""
    verdicts: Counter[str] = Counter()
    site = course.site

    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=UNHURRIED
    )
    @given(STATES)
    def look(state: Any) -> None:
        verdicts.update(check(state, site, course))

    look()
    return verdicts


def test_the_verdict_of_the_page_is_the_verdict_of_the_search_in_random_states(course: Course) -> None:
    assert len(some_states(course, 200)) == 4


@pytest.mark.long
def test_the_verdict_of_the_page_is_the_verdict_of_the_search_in_10_000_random_states(course: Course) -> None:
    verdicts = some_states(course, 10_000)
    sys.stdout.write(f"{dict(verdicts)}\n")
    assert min(verdicts.values()) > 500
