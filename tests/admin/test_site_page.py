"""The page of one site, saved views, files, messages and priorities: what moderators work with every day."""

from __future__ import annotations

import csv
import io
import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.accounts.models import User
from hub.admin import savedviews, undoing
from hub.admin.models import DoneAct, SavedView
from hub.database import retrying, transaction
from hub.events.models import EventDetails, EventRow
from hub.events.record import COMMAND, Event, job
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.privacy import persons
from hub.registration import changes as registration_changes
from hub.sites import changes, figures, jobs, moderation
from hub.sites.details import SiteDetails
from hub.sites.models import Site, SiteChange, SiteFigures, SiteNote
from tests.admin.conftest import signed_in
from tests.factories import make_site
from tests.support.pages import Visitor


def now(site: Site) -> Site:
    return db.session.get_one(Site, site.id)


def events(kind: Event) -> list[dict[str, object]]:
    query = sa.select(EventDetails.details).join(EventRow, EventRow.id == EventDetails.event_id)
    return list(db.session.scalars(query.where(EventRow.kind == kind.value).order_by(EventRow.id)))


def tell(site: Site, **told: object) -> None:
    with transaction(db.session):
        details = SiteDetails.parse({"name": site.name, "contactemail": site.contact_email, **told})
        registration_changes.apply(site, details, completely=False, by=site, now=clock.now())


def test_what_a_site_newly_says_is_kept_field_by_field(app: Flask, moderator: Visitor) -> None:
    site = make_site(name="Before", country_code="DE")
    tell(site, name="<b>Then</b> & now", countrycode="FR")
    with transaction(db.session):
        moderation.edit(now(site), {"contact_name": "Bea"}, by=COMMAND)
    kept = {(each.field, each.old, each.new, each.actor) for each in changes.of(site)}
    assert kept == {
        ("name", "Before", "Then & now", site.actor),
        ("country_code", "DE", "FR", site.actor),
        ("contact_name", "Ada Admin", "Bea", "command"),
    }
    words = moderator.get(f"/admin/sites/{site.id}").words
    for part in ("country code", "DE", "FR", "Bea", "the site"):
        assert part in words, part


def test_personal_changes_of_a_person_are_found_and_erased_and_it_shows_that_they_were(
    app: Flask, moderator: Visitor
) -> None:
    site = make_site(contact_email="ada@example.org", contact_name="Ada")
    tell(site, contactemail="bea@example.org", contactname="Bea", countrycode="FR")
    with transaction(db.session):
        persons.erase("ada@example.org", by=COMMAND)
    said = {row.field: (row.old, row.erased) for row in db.session.scalars(sa.select(SiteChange))}
    assert said == {"contact_email": ("", True), "contact_name": ("", True), "country_code": ("DE", False)}
    assert "erased: it was personal" in moderator.get(f"/admin/sites/{site.id}").words


def test_figures_are_kept_once_a_day_and_what_was_not_told_is_never_a_value(
    app: Flask, moderator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(figures={"courses": 5})
    for days, told in (
        (0, {"courses": "7", "users": "-1"}),
        (1, {"courses": "-1", "users": "40"}),
        (2, {"courses": "9"}),
    ):
        later = clock.now() + timedelta(days=days)
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now", lambda later=later: later)
            tell(site, **told)
    rows = db.session.scalars(sa.select(SiteFigures).order_by(SiteFigures.day)).all()
    assert [row.figures for row in rows] == [{"courses": 7}, {"users": 40}, {"courses": 9}]
    lines = {line.name: [value for _, value in line.days] for line in figures.courses(rows)}
    assert lines == {"courses": [7, 9], "users": [40]}
    page = moderator.get(f"/admin/sites/{site.id}").page
    assert len(page.xpath("//section[@id='figures']//*[local-name()='polyline']")) == 1
    assert "not told" in page.xpath("string(//section[@id='figures'])")


def test_a_figure_of_minus_one_that_slipped_in_is_shown_as_not_told(app: Flask, moderator: Visitor) -> None:
    site = make_site(figures={"courses": -1, "users": 3})
    for path in (f"/admin/sites/{site.id}", "/admin/sites"):
        assert "-1" not in moderator.get(path).words.split()
    assert "not told" in moderator.get("/admin/sites").words


def test_a_note_is_read_by_all_and_changed_by_whoever_wrote_it(
    app: Flask, moderator: Visitor, administrator: Visitor, auditor: Visitor
) -> None:
    site = make_site()
    path = f"/admin/sites/{site.id}/notes"
    moderator.post(path, text="<script>alert(1)</script> spoke to them")
    [note] = db.session.scalars(sa.select(SiteNote)).all()
    assert "<script>alert(1)</script> spoke to them" in auditor.get(f"/admin/sites/{site.id}").words
    administrator.post(f"{path}/{note.id}", status=403, text="not mine")
    administrator.post(f"{path}/{note.id}", status=403, act="delete")
    assert "Somebody else wrote this note" in administrator.get(f"{path}/{note.id}").words
    auditor.post(path, status=403, text="x")
    moderator.post(path, status=400, text=" \n ")
    moderator.post(f"{path}/{note.id}", text="met them")
    assert "met them" in moderator.get(f"{path}/{note.id}").text
    moderator.post(f"/admin/sites/{make_site().id}/notes/{note.id}", status=404, text="elsewhere")
    moderator.post(f"{path}/{note.id}", act="delete")
    kinds = db.session.scalars(
        sa.select(EventRow.kind).where(EventRow.kind.contains("note about")).order_by(EventRow.id)
    )
    assert list(kinds) == [Event.SITE_NOTE_WRITTEN, Event.SITE_NOTE_EDITED, Event.SITE_NOTE_DELETED]


def test_a_view_is_saved_shared_seen_first_and_deleted(app: Flask, moderator: Visitor, administrator: Visitor) -> None:
    make_site(name="Trusted", trusted=True)
    make_site(name="Other")
    query = "state=live&trusted=1&sort=-name&after=3&search="
    answer = moderator.post("/admin/sites/views", name="Ours", query=query, shared="1", chosen="1")
    assert answer.location == "/admin/sites?state=live&trusted=1&sort=-name"
    assert moderator.get("/admin/sites", status=302).location == answer.location
    assert moderator.get("/admin/sites?state=live").page.xpath("string(//nav[contains(@class, 'views')])").split() == [
        *("All", "registered", "Ours")
    ]
    assert "Ours" in administrator.get("/admin/sites").words
    [view] = db.session.scalars(sa.select(SavedView)).all()
    administrator.post(f"/admin/sites/views/{view.id}", status=404, act="delete")
    moderator.post("/admin/sites/views", name="Ours", query="state=all")
    [view] = db.session.scalars(sa.select(SavedView)).all()
    assert (view.query, view.shared, view.chosen) == ("state=all", False, False)
    assert "Ours" not in administrator.get("/admin/sites").words
    moderator.post(f"/admin/sites/views/{view.id}", shared="1", chosen="1")
    moderator.post("/admin/sites/views", name="Another", query="", chosen="1")
    assert moderator.get("/admin/sites", status=302).location == "/admin/sites?state=live"
    moderator.post(f"/admin/sites/views/{view.id}", act="delete")
    moderator.post("/admin/sites/views", status=400, name=" ", query="")
    assert [each.name for each in db.session.scalars(sa.select(SavedView))] == ["Another"]


def test_a_file_is_exactly_the_filtered_list_without_formulas_and_an_event(
    app: Flask, auditor: Visitor, moderator: Visitor
) -> None:
    make_site(name='=HYPERLINK("http://evil")', trusted=True, figures={"courses": -1, "users": 5})
    make_site(name="Plain, with comma", trusted=True)
    make_site(name="Untrusted")
    text = auditor.post("/admin/sites/export?trusted=1&sort=-name", status=200, format="csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in rows] == ["Plain, with comma", '\'=HYPERLINK("http://evil")']
    assert (rows[1]["courses"], rows[1]["users"]) == ("", "5")
    told = json.loads(moderator.post("/admin/sites/export?trusted=0", status=200, format="json").text)
    assert [row["name"] for row in told] == ["Untrusted"]
    assert [each["query"] for each in events(Event.SITES_EXPORTED)] == ["trusted=1&sort=-name", "trusted=0"]


def test_a_priority_is_given_until_a_day_and_ends_by_itself_once(
    app: Flask, moderator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(confirmed_at=clock.now())
    acts = {"act": "prioritise", "ids": [site.id]}
    page = moderator.post("/admin/sites/acts", status=200, **acts).page
    assert page.xpath("//input[@name='until' and @type='date']")
    moderator.post("/admin/sites/acts", status=422, **acts, confirmed="1", until="2001-01-01")
    day = (clock.now() + timedelta(days=3)).date()
    moderator.post("/admin/sites/acts", **acts, confirmed="1", until=day.isoformat(), reason="a festival")
    assert events(Event.SITE_PRIORITISED)[0]["until"].startswith((day + timedelta(days=1)).isoformat())
    assert jobs.end_priorities() == 0
    over = clock.now() + timedelta(days=5)
    monkeypatch.setattr(clock, "now", lambda: over)
    assert [jobs.end_priorities(), jobs.end_priorities()] == [1, 0]
    assert (now(site).prioritised, now(site).trusted, now(site).prioritised_until) == (False, True, None)
    actor = db.session.scalar(sa.select(EventRow.actor).where(EventRow.kind == Event.SITE_PRIORITY_ENDED.value))
    assert (len(events(Event.SITE_PRIORITY_ENDED)), actor) == (1, "job:end-priorities")


def test_a_quota_is_set_for_one_site_or_many(app: Flask, moderator: Visitor) -> None:
    sites = [make_site(), make_site()]
    acts = {"act": "quota", "ids": [site.id for site in sites], "bulk": "1", "confirmed": "1"}
    moderator.post("/admin/sites/acts", status=422, **acts, publications_a_day="many")
    moderator.post("/admin/sites/acts", **acts, publications_a_day="3", megabytes_a_day="")
    assert [(now(site).publications_a_day, now(site).bytes_a_day) for site in sites] == [(3, None)] * 2
    assert len(events(Event.SITE_QUOTA_CHANGED)) == 2


def test_a_message_reaches_the_contact_a_few_times_a_day_and_the_log_has_a_copy(app: Flask, moderator: Visitor) -> None:
    site = make_site(contact_email="ada@example.org")
    sent = {"act": "message", "ids": [site.id], "confirmed": "1", "subject": "Your courses", "text": "Please look."}
    for _ in range(3):
        moderator.post("/admin/sites/acts", **sent)
    assert "3 times in 24 hours" in moderator.post("/admin/sites/acts", status=422, **sent).words
    [mail, *_] = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.name == "site-message")).all()
    assert (mail.recipient, mail.site_id) == ("ada@example.org", site.id)
    assert "Please look." in mail.body
    assert events(Event.SITE_MESSAGED)[0]["text"] == "Please look."
    nobody = make_site(contact_email="")
    answer = moderator.post("/admin/sites/acts", status=422, **(sent | {"ids": [nobody.id]}))
    assert "no contact address" in answer.words


def at_once(app: Flask, *deeds: object) -> list[object]:
    """What became of each, all begun at the same moment: its answer, or its error."""
    results: list[object] = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                results[number] = retrying(db.session, deeds[number])  # type: ignore[arg-type]  # callables all
            except Exception as error:  # handed back: the test judges it
                results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    db.session.rollback()
    return results


def test_of_two_who_undo_the_same_one_does_it(app: Flask) -> None:
    site = make_site()
    with transaction(db.session):
        moderation.hide(site, by=COMMAND)
    [done] = undoing.of(site)
    number = done.id
    results = at_once(app, *[lambda: undoing.undo(number, by=COMMAND)] * 3)
    assert sorted(type(each).__name__ for each in results) == ["DoneAct", "NothingToUndo", "NothingToUndo"]
    assert now(site).visible
    assert len(events(Event.SITE_ACT_UNDONE)) == 1


def test_of_a_job_and_a_moderator_who_end_a_priority_at_once_one_does_it(app: Flask) -> None:
    site_id = make_site(trusted=True, prioritised=True, prioritised_until=clock.now() - timedelta(days=1)).id
    at_once(
        app,
        lambda: moderation.end_priorities(clock.now(), by=job("end-priorities")),
        lambda: moderation.unprioritise(db.session.get_one(Site, site_id), by=COMMAND),
        lambda: moderation.end_priorities(clock.now(), by=job("end-priorities")),
    )
    assert len(events(Event.SITE_PRIORITY_ENDED)) + len(events(Event.SITE_UNPRIORITISED)) == 1
    assert not db.session.get_one(Site, site_id).prioritised


def test_of_two_opposite_acts_at_once_each_sees_what_the_other_left(app: Flask) -> None:
    site_id = make_site(confirmed_at=clock.now()).id
    at_once(
        app,
        lambda: moderation.trust(db.session.get_one(Site, site_id), by=COMMAND),
        lambda: moderation.trust(db.session.get_one(Site, site_id), by=COMMAND),
        lambda: moderation.hide(db.session.get_one(Site, site_id), by=COMMAND),
    )
    acts = list(db.session.scalars(sa.select(DoneAct.act).order_by(DoneAct.act)))
    assert acts == ["hide", "trust"]


def test_a_person_has_a_limited_number_of_views(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(app, role := next(iter(User.__table__.c.role.type.enum_class)))
    person = db.session.scalars(sa.select(User).where(User.role == role)).one()
    monkeypatch.setattr(savedviews, "MOST", 2)
    with transaction(db.session):
        for name in ("one", "two", "two"):
            savedviews.save("sites", name, "", owner=person)
    with pytest.raises(savedviews.ViewUnusable, match="Delete one first"), transaction(db.session):
        savedviews.save("sites", "three", "", owner=person)
