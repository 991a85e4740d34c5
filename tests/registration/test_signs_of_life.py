"""A site that registers again has just answered: its silence ends, and what the silence hid is nobody's concern."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from hub import clock
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration import leaving
from hub.sites import jobs, moderation
from hub.sites.models import Hider, Reachability
from tests.registration.conftest import SITE_URL, matters, only_site, register, site_of


def fall_silent() -> None:
    """Let the site be hidden for having been silent for long."""
    with transaction(db.session):
        site = only_site()
        moderation.hide(site, by=COMMAND, hider=Hider.REACHABILITY)
        site.reachability = Reachability.UNREACHABLE
        site.unreachable_since = clock.now() - timedelta(days=40)
        site.next_check_at = clock.now() + timedelta(days=5)


def test_a_registration_makes_the_check_of_a_silent_site_due_which_brings_it_back(visitor: FlaskClient) -> None:
    register(visitor)
    fall_silent()
    register(visitor)
    assert only_site().heard_at is not None
    jobs.check_sites()
    site = only_site()
    assert (site.visible, site.hidden_by, site.reachability) == (True, Hider.NOBODY, Reachability.REACHABLE)


def test_a_site_that_left_while_silent_returns_without_a_matter_for_moderators(visitor: FlaskClient) -> None:
    register(visitor)
    fall_silent()
    with transaction(db.session):
        leaving.unregister(only_site())
    register(visitor, token="another secret of a new Moodle")
    assert site_of(SITE_URL).visible
    assert matters() == []
