"""What moderators did to sites can be undone for 30 days: exactly that, unless something newer stands in the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.admin import undoing
from hub.admin.models import DoneAct
from hub.courses.models import Course, CourseFile, Kind, Standing
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.privacy import persons
from hub.registration import blocking, leaving
from hub.sites import moderation, totals
from hub.sites.models import BlockedSecret, Site, SiteState
from hub.storage.models import ObsoleteFile
from hub.tokens import issuing
from tests.factories import make_course, make_site, make_token
from tests.support.pages import Visitor

COLUMNS = (
    "state",
    "visible",
    "hidden_by",
    "trusted",
    "prioritised",
    "prioritised_until",
    "publications_a_day",
    "bytes_a_day",
    "name",
    "url",
    "url_key",
    "contact_email",
    "left_at",
)


def row(site: Site) -> dict[str, object]:
    db.session.expire_all()
    return {name: getattr(site, name) for name in COLUMNS}


def newest(site: Site) -> DoneAct:
    return undoing.of(site, 1)[0]


def undo(site: Site) -> None:
    with transaction(db.session):
        undoing.undo(newest(site).id, by=COMMAND)


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(EventRow.kind).order_by(EventRow.id)))


ACTS = {
    "show": lambda site: moderation.show(site, by=COMMAND),
    "hide": lambda site: moderation.hide(site, by=COMMAND),
    "trust": lambda site: moderation.trust(site, by=COMMAND, reason="known"),
    "untrust": lambda site: moderation.untrust(site, by=COMMAND),
    "prioritise": lambda site: moderation.prioritise(
        site, by=COMMAND, reason="known", until=clock.now() + timedelta(days=9)
    ),
    "unprioritise": lambda site: moderation.unprioritise(site, by=COMMAND),
    "quota": lambda site: moderation.set_quota(site, by=COMMAND, publications_a_day=3, bytes_a_day=0),
    "edit": lambda site: moderation.edit(
        site, {"name": "Other", "url": f"{site.url}/moodle", "contact_email": "x@y.example"}, by=COMMAND
    ),
    "remove": lambda site: leaving.remove(site, by=COMMAND, reason="spam", with_courses=False),
    "block": lambda site: blocking.block(site, by=COMMAND, reason="stolen"),
}


BEGINNINGS = (
    {},
    {"visible": False, "hidden_by": "moderator"},
    {"trusted": True, "prioritised": True, "prioritised_until": clock.now() + timedelta(days=3)},
)


@pytest.mark.parametrize("act", ACTS)
def test_undoing_gives_back_exactly_what_the_act_changed_and_leaves_one_event(app: Flask, act: str) -> None:
    changed = 0
    for values in BEGINNINGS:
        site = make_site(**values)
        course = make_course(site, standing=Standing.TRUSTED if site.trusted else Standing.SHOWN)
        before, listed, counts = row(site), course.listed, totals.read()
        with transaction(db.session):
            ACTS[act](site)
        if row(site) == before:
            assert undoing.of(site) == []
            continue
        written, changed = len(kinds()), changed + 1
        undo(site)
        assert row(site) == before
        assert (db.session.get_one(Course, course.id).listed, totals.read()) == (listed, counts)
        assert kinds()[written:] == [Event.SITE_ACT_UNDONE]
        assert undoing.of(site) == []
    assert changed


def test_a_removed_site_that_is_brought_back_has_its_courses_and_files_but_no_token(app: Flask) -> None:
    site = make_site(trusted=True)
    token, course = make_token(site), make_course(site, kind=Kind.DOWNLOADABLE)
    withdrawn = make_course(site, withdrawn_at=clock.now() - timedelta(days=5))
    with transaction(db.session):
        leaving.remove(site, by=COMMAND, reason="a mistake", with_courses=False)
    assert not db.session.get_one(Course, course.id).listed
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ObsoleteFile)) == 0
    undo(site)
    assert db.session.get_one(Course, course.id).listed
    assert db.session.get_one(Course, withdrawn.id).withdrawn_at is not None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseFile)) == 1
    assert issuing.find_bearer(token) is None
    assert "site-restored" in db.session.scalars(sa.select(OutgoingMail.name)).all()


def test_after_30_days_nothing_is_kept_of_the_courses_of_a_removed_site(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_course(kind=Kind.DOWNLOADABLE)
    site = db.session.get_one(Site, course.site_id)
    with transaction(db.session):
        leaving.remove(site, by=COMMAND, reason="spam", with_courses=False)
    later = clock.now() + undoing.LASTS
    monkeypatch.setattr(clock, "now", lambda: later)
    assert undoing.of(site) == []
    with transaction(db.session):
        assert undoing.forget(later) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseFile)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ObsoleteFile)) == 1


def test_what_is_newer_stands_in_the_way_and_is_named(app: Flask) -> None:
    site = make_site()
    with transaction(db.session):
        moderation.set_quota(site, by=COMMAND, publications_a_day=3)
    first = newest(site).id
    with transaction(db.session):
        moderation.set_quota(site, by=COMMAND, publications_a_day=5)
    with pytest.raises(undoing.UndoRefused, match="publications a day"), transaction(db.session):
        undoing.undo(first, by=COMMAND)
    assert row(site)["publications_a_day"] == 5
    undo(site)
    undo(site)
    assert row(site)["publications_a_day"] is None


def test_trust_is_not_taken_back_from_below_a_priority(app: Flask) -> None:
    site = make_site()
    with transaction(db.session):
        moderation.trust(site, by=COMMAND, reason="known")
    trusting = newest(site).id
    with transaction(db.session):
        moderation.prioritise(site, by=COMMAND)
    with pytest.raises(undoing.UndoRefused, match="prioritised since"), transaction(db.session):
        undoing.undo(trusting, by=COMMAND)


def test_a_removal_is_not_undone_over_whoever_took_the_place(app: Flask) -> None:
    site = make_site(url="https://place.example.org")
    with transaction(db.session):
        leaving.remove(site, by=COMMAND, reason="spam", with_courses=False)
    make_site(url="https://place.example.org")
    with pytest.raises(undoing.UndoRefused, match="registered now with the URL"):
        undo(site)
    assert row(site)["state"] is SiteState.REMOVED


def test_an_undone_block_unblocks(app: Flask) -> None:
    site = make_site()
    with transaction(db.session):
        blocking.block(site, by=COMMAND, reason="stolen")
    undo(site)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BlockedSecret)) == 0
    assert row(site)["state"] is SiteState.LIVE


def test_undoing_a_grave_act_asks_for_a_fresh_proof_as_the_act_did(app: Flask, moderator: Visitor) -> None:
    site = make_site()
    with transaction(db.session):
        blocking.block(site, by=COMMAND, reason="stolen")
    batch, site_id = newest(site).batch, site.id
    with clock.fixed(clock.now() + timedelta(minutes=20)):
        asked = moderator.send("POST", f"/admin/sites/undo/{batch}", data={"csrf_token": moderator.token()})
        assert "Is it you?" in asked.text
    assert db.session.get_one(Site, site_id).state is SiteState.REMOVED
    moderator.post(f"/admin/sites/undo/{batch}")
    assert db.session.get_one(Site, site_id).state is SiteState.LIVE


def test_removal_with_courses_is_for_good(app: Flask) -> None:
    site = make_site()
    with transaction(db.session):
        leaving.remove(site, by=COMMAND, reason="spam", with_courses=True)
    assert undoing.of(site) == []


def test_a_bulk_act_is_undone_at_once_by_the_button_in_its_message(app: Flask, moderator: Visitor) -> None:
    sites = [make_site(confirmed_at=clock.now()) for _ in range(3)]
    ids = [site.id for site in sites]
    moderator.post("/admin/sites/acts", act="trust", ids=ids, bulk="1", confirmed="1", back="/admin/sites?sort=name")
    page = moderator.get("/admin/sites?state=live").page
    [form] = page.xpath("//*[@role='status']//form")
    target = str(form.get("action"))
    back = moderator.post(target, back="/admin/sites?sort=name")
    assert back.location == "/admin/sites?sort=name"
    assert [row(site)["trusted"] for site in sites] == [False] * 3
    assert kinds().count(Event.SITE_ACT_UNDONE) == 3
    moderator.post(target)
    assert "cannot be undone any more" in moderator.get("/admin/sites?state=live").words


def test_one_obstacle_leaves_the_whole_bulk_act_as_it_is(app: Flask, moderator: Visitor) -> None:
    sites = [make_site() for _ in range(2)]
    ids = [site.id for site in sites]
    moderator.post("/admin/sites/acts", act="hide", ids=ids, bulk="1", confirmed="1")
    batch = newest(sites[0]).batch
    with transaction(db.session):
        moderation.show(sites[1], by=COMMAND)
    moderator.post(f"/admin/sites/undo/{batch}")
    assert "has changed since" in moderator.get("/admin/sites?state=live").words
    assert [row(site)["visible"] for site in sites] == [False, True]


def test_a_person_who_is_erased_is_not_kept_in_what_can_be_undone(app: Flask) -> None:
    site = make_site(contact_email="Ada@example.org")
    with transaction(db.session):
        moderation.edit(site, {"contact_email": "bea@example.org"}, by=COMMAND)
        moderation.hide(site, by=COMMAND)
    with transaction(db.session):
        persons.erase("ada@example.org", by=COMMAND)
    assert [done.act for done in undoing.of(site)] == ["hide"]
