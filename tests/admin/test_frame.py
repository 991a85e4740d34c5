"""The frame of the moderators' rooms: menu, overview, confirmation, events, mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from hub import clock
from hub.database import transaction
from hub.events.record import COMMAND, Event, record
from hub.extensions import db
from hub.mail.models import OutgoingMail
from tests.factories import make_course, make_site
from tests.support.pages import Visitor, counted_statements


def menu(page: Visitor) -> list[str]:
    return [each.text for each in page.get("/admin/").page.xpath("//nav[@class='side']//a")]


def make_mail(**values: object) -> OutgoingMail:
    now = clock.now()
    number = values.pop("number", 1)
    mail = OutgoingMail(
        **{
            "name": "site-registered",
            "message_id": f"<{number}@hub.test>",
            "recipient": "ada@example.org",
            "subject": f"Mail {number}",
            "body": "Hello",
            "queued_at": now,
            "next_attempt_at": now,
            "attempt_count": 0,
        }
        | values
    )
    with transaction(db.session):
        db.session.add(mail)
    return mail


def test_the_menu_shows_each_person_what_they_may_open(
    administrator: Visitor, moderator: Visitor, auditor: Visitor
) -> None:
    rooms = ["Overview", "Courses", "Sites", "Confirmations", "Connection doctor", "People", "Events", "Mail"]
    rooms += ["Personal data", "Directory", "Settings", "Environment"]
    assert menu(administrator) == menu(auditor) == rooms
    assert menu(moderator) == ["Overview", "Courses", "Sites", "Confirmations", "Connection doctor", "Events", "Mail"]


def test_the_overview_says_what_waits_and_that_the_hub_is_closed(
    app: Flask, administrator: Visitor, moderator: Visitor
) -> None:
    make_course(standing="WAITING")
    make_mail(attempt_count=3, last_error="connection refused")
    words = moderator.get("/admin/").words
    assert "1 Courses that wait" in words
    assert "1 Mails failing" in words
    assert "1 mail fails." in words
    assert "Closed: no site registers" in words
    assert "This hub is closed" in administrator.get("/admin/").words
    assert "This hub is closed" not in words, "a warning is for those who can act on it"


def test_the_overview_shows_new_sites_and_the_newest_events(app: Flask, moderator: Visitor) -> None:
    long_ago = clock.now() - timedelta(days=8)
    new, old = make_site(name="Northern School"), make_site(name="Southern School", registered_at=long_ago)
    make_site(name="Gone School", state="REMOVED")
    with transaction(db.session):
        record(Event.SITE_HIDDEN, old, by=COMMAND, reason="odd")
    page = moderator.get("/admin/").page
    news = page.xpath("//section[@aria-labelledby='new-sites']")[0]
    assert news.xpath(".//li/a/@href") == [f"/admin/sites/{new.id}"]
    events = page.xpath("//section[@aria-labelledby='newest-events']")[0]
    assert "site hidden" in events.text_content()
    assert "user signed in" not in events.text_content(), "whoever looks has signed in"
    assert f"/admin/sites/{old.id}" in events.xpath(".//li/a/@href")


def test_the_overview_tells_when_the_worker_last_worked(app: Flask, moderator: Visitor) -> None:
    assert "It has not worked yet" in moderator.get("/admin/").words
    with clock.fixed(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)):
        app.extensions["hub_queue"].note_work()
        assert "It works, last at 2026-03-04 05:06 UTC" in moderator.get("/admin/").words
    with clock.fixed(datetime(2026, 3, 4, 6, 6, 7, tzinfo=UTC)):
        assert "It last worked 2026-03-04 05:06 UTC. Start it again." in moderator.get("/admin/").words
    app.extensions["hub_queue"].close()


def test_the_overview_leads_each_person_only_where_they_may_go(
    administrator: Visitor, moderator: Visitor, auditor: Visitor
) -> None:
    for person in (administrator, moderator, auditor):
        for address in person.get("/admin/").page.xpath("//div[contains(@class, 'room')]//a/@href"):
            person.get(str(address))


def test_the_overview_asks_the_database_as_often_however_much_waits(app: Flask, moderator: Visitor) -> None:
    with counted_statements() as few:
        moderator.get("/admin/")
    for _ in range(5):
        make_course(standing="WAITING")
        with transaction(db.session):
            record(Event.SITE_HIDDEN, make_site(), by=COMMAND, reason="odd")
    with counted_statements() as many:
        moderator.get("/admin/")
    assert len(many) == len(few)


def test_events_name_the_person_and_the_thing_and_are_filtered(app: Flask, moderator: Visitor) -> None:
    site = make_site(name="Northern School")
    with transaction(db.session):
        record(Event.SITE_HIDDEN, site, by=COMMAND, reason="looked <b>odd</b>")
    page = moderator.get(f"/admin/events?about=site:{site.id}")
    assert "site hidden" in page.words
    assert "looked <b>odd</b>" in page.words
    assert page.page.xpath(f"//td/a[@href='/admin/sites/{site.id}']")
    assert "site hidden" not in moderator.get("/admin/events?kind=user+created").page.xpath("string(//tbody)")
    assert "auditor" not in moderator.get("/admin/events?actor=command").words


@pytest.mark.parametrize("query", ["about=site:99999999999999", "about=:::", "actor=%00", "kind=nothing", "page=-1"])
def test_odd_filters_of_events_find_nothing_and_break_nothing(app: Flask, moderator: Visitor, query: str) -> None:
    moderator.get(f"/admin/events?{query}")


def test_the_event_list_asks_as_often_for_fifty_as_for_one(app: Flask, moderator: Visitor) -> None:
    def events(count: int) -> int:
        with transaction(db.session):
            for number in range(count):
                record(Event.SETTING_CHANGED, None, by=COMMAND, name=f"n{number}")
        with counted_statements() as seen:
            moderator.get("/admin/events?kind=setting+changed")
        return len(seen)

    assert events(1) == events(60)


def test_failed_mails_are_listed_and_tried_again_by_administrators(app: Flask, administrator: Visitor) -> None:
    given_up = make_mail(number=1, attempt_count=9, next_attempt_at=None, last_error="550 no such user")
    make_mail(number=2, sent_at=clock.now(), next_attempt_at=None)
    page = administrator.get("/admin/mail?state=failing")
    assert "550 no such user" in page.words
    assert "Mail 2" not in page.words
    administrator.post("/admin/mail/acts", act="retry", ids=[given_up.id])
    assert db.session.get_one(OutgoingMail, given_up.id).next_attempt_at is not None


def test_nothing_ticked_is_said_and_an_unknown_act_is_refused(app: Flask, administrator: Visitor) -> None:
    assert administrator.post("/admin/mail/acts", act="retry").location == "/admin/mail"
    assert "Nothing was ticked" in administrator.get("/admin/mail").words
    administrator.post("/admin/mail/acts", status=400, act="explode", ids=[1])
    administrator.post("/admin/mail/acts", status=400, act="retry", ids=["x"])


def test_a_form_never_leads_back_to_another_host(app: Flask, administrator: Visitor) -> None:
    mail = make_mail(attempt_count=1)
    answer = administrator.post("/admin/mail/acts", act="retry", ids=[mail.id], back="//evil.test/")
    assert answer.location == "/admin/mail"


def test_moments_are_shown_for_people_and_machines(app: Flask, moderator: Visitor) -> None:
    with clock.fixed(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)), transaction(db.session):
        record(Event.SETTING_CHANGED, None, by=COMMAND, name="x")
    times = moderator.get("/admin/events").page.xpath("//time/@datetime")
    assert "2026-03-04T05:06:07+00:00" in times
