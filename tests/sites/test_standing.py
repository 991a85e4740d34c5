"""What moderators decide about sites, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration import leaving
from hub.sites import finding, listing, matters, moderation, standing, totals
from hub.sites.finding import SiteCriteria
from hub.sites.models import MatterKind, Site, SiteState
from hub.sites.standing import Change, SiteGone
from tests.factories import make_course, make_site

ACTS = [
    moderation.show,
    moderation.hide,
    moderation.trust,
    moderation.untrust,
    moderation.prioritise,
    moderation.unprioritise,
]


@pytest.fixture
def site(app: Flask) -> Site:
    return make_site(confirmed_at=clock.now())


@pytest.fixture
def heard(app: Flask) -> Iterator[list[Change]]:
    """The changes that a follower hears of."""
    changes: list[Change] = []

    def follow(_site: Site, change: Change) -> None:
        changes.append(change)

    standing.followers.append(follow)
    yield changes
    standing.followers.remove(follow)


def events() -> list[str]:
    return list(db.session.scalars(sa.select(EventRow.kind).order_by(EventRow.id)))


def test_hiding_and_showing_moves_the_total_and_is_logged(site: Site, heard: list[Change]) -> None:
    moderation.hide(site, by=COMMAND, reason="spam")
    assert totals.read().site_count == 0
    moderation.show(site, by=COMMAND)
    assert totals.read().site_count == 1
    assert heard == [Change.HIDDEN, Change.SHOWN]
    assert events() == ["site hidden", "site shown"]


def test_hiding_a_site_hides_its_courses(site: Site) -> None:
    course = make_course(site)
    moderation.hide(site, by=COMMAND)
    db.session.refresh(course)
    assert course.listed is False
    moderation.show(site, by=COMMAND)
    db.session.refresh(course)
    assert course.listed is True


def test_prioritised_implies_trusted_and_ends_with_it(site: Site, heard: list[Change]) -> None:
    moderation.prioritise(site, by=COMMAND)
    assert (site.trusted, site.prioritised) == (True, True)
    moderation.untrust(site, by=COMMAND)
    assert (site.trusted, site.prioritised) == (False, False)
    assert heard == [Change.TRUSTED, Change.PRIORITISED, Change.UNPRIORITISED, Change.DISTRUSTED]


def test_unprioritised_stays_trusted(site: Site) -> None:
    moderation.prioritise(site, by=COMMAND)
    moderation.unprioritise(site, by=COMMAND)
    assert (site.trusted, site.prioritised) == (True, False)


@pytest.mark.parametrize("act", ACTS)
def test_doing_it_twice_is_one_event(site: Site, heard: list[Change], act: Any) -> None:
    act(site, by=COMMAND)
    before = (events(), list(heard))
    act(site, by=COMMAND)
    assert (events(), heard) == before


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_decided_about_a_site_that_left(site: Site, act: Any) -> None:
    leaving.unregister(site)
    with pytest.raises(SiteGone, match="registers again"):
        act(site, by=COMMAND)


@pytest.mark.parametrize("act", [moderation.trust, moderation.prioritise])
def test_unproven_trust_needs_a_reason(app: Flask, act: Any) -> None:
    site = make_site()
    with pytest.raises(moderation.TrustUnproven):
        act(site, by=COMMAND, reason="  ")
    act(site, by=COMMAND, reason="we know them")
    assert site.trusted


def test_a_paused_trust_is_not_in_force_and_comes_back(site: Site, heard: list[Change]) -> None:
    moderation.trust(site, by=COMMAND)
    moderation.pause_trust(site)
    assert (site.trusted, site.trust_in_force) == (True, False)
    moderation.resume_trust(site)
    assert site.trust_in_force
    assert heard == [Change.TRUSTED, Change.TRUSTED]


def test_B14_a_moderator_corrects_the_url_and_nothing_else_comes_loose(site: Site) -> None:
    moderation.edit(site, {"url": "https://New.example.org/", "name": "New"}, by=COMMAND)
    assert (site.url, site.url_key) == ("https://New.example.org/", "new.example.org")
    assert listing.find_by_url("http://new.example.org") is site
    assert events() == ["site edited"]


def test_a_moderator_cannot_give_a_site_the_url_of_another(site: Site) -> None:
    other = make_site()
    with pytest.raises(listing.UrlAlreadyRegistered):
        moderation.edit(site, {"url": other.url}, by=COMMAND)


def test_editing_what_is_not_editable_is_a_mistake_of_ours(site: Site) -> None:
    with pytest.raises(ValueError, match="trusted"):
        moderation.edit(site, {"trusted": True}, by=COMMAND)


def test_editing_without_a_change_is_no_event(site: Site) -> None:
    moderation.edit(site, {"name": site.name}, by=COMMAND)
    assert events() == []


def test_the_same_matter_waits_once_and_is_brought_up_to_date(site: Site) -> None:
    first = matters.open_matter(site, MatterKind.NEW_NAME, old="a", new="b")
    again = matters.open_matter(site, MatterKind.NEW_NAME, new="c")
    assert first is again
    assert first.details == {"old": "a", "new": "c"}
    assert [(matter, of) for matter, of in db.session.execute(matters.waiting())] == [(first, site)]
    matters.close(first)
    db.session.flush()
    assert matters.of(site) == []
    assert matters.open_matter(site, MatterKind.NEW_NAME) is not first


def test_a_left_site_is_found_by_number_and_state_only(site: Site) -> None:
    leaving.unregister(site)
    assert listing.get(site.id) is site
    assert listing.find_by_url(site.url) is None
    assert list(db.session.scalars(listing.live())) == []
    assert list(finding.every(SiteCriteria(state=SiteState.UNREGISTERED))) == [site]
    with pytest.raises(listing.SiteNotFound):
        listing.get(4711)


def test_moderators_find_sites_by_the_beginnings_of_words_of_name_description_and_url(app: Flask) -> None:
    by_name = make_site(name="100% Äpfel_haus")
    by_description = make_site(description="We teach 100% baking")
    by_url = make_site(url="https://baking.example.org")
    found = {
        words: set(finding.every(SiteCriteria(search=words)))
        for words in ("100%", "BAK", "Apfel haus", "example.org", "haus pfel", "_", "no such")
    }
    assert found == {
        "100%": {by_name, by_description},
        "BAK": {by_description, by_url},
        "Apfel haus": {by_name},
        "example.org": {by_name, by_description, by_url},
        "haus pfel": set(),
        "_": set(),
        "no such": set(),
    }


def test_prioritised_sites_come_first_then_trusted_then_visible_then_by_name(app: Flask) -> None:
    make_site(name="hidden", visible=False)
    for name in ("b", "a"):
        make_site(name=name)
    make_site(name="trusted", trusted=True)
    make_site(name="first", trusted=True, prioritised=True)
    names = [site.name for site in finding.every(SiteCriteria())]
    assert names == ["first", "trusted", "a", "b", "hidden"]
