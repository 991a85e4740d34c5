"""A hub that is killed in the middle of its work: what it acknowledged is there, and nothing is there by half."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.courses.models import Course
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import Event
from hub.events.verifying import broken_links
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.search import query
from hub.search.criteria import CourseCriteria
from hub.settings import declared
from tests.factories import make_site, make_token
from tests.support.server import Server
from tests.support.smtp import MailServer

PUBLICATIONS = 200
PUBLISHERS = 4
ENOUGH = 80  # acknowledged publications, after which the server is killed
CONTENTS = [{"moduletype": "activity", "modulename": name, "contentcount": 3} for name in ("forum", "quiz", "page")]


class Publisher(threading.Thread):
    """A site that publishes one course after the other until the hub is gone; notes what was acknowledged."""

    def __init__(self, server: Server, token: str, numbers: range, acknowledged: dict[int, int]) -> None:
        super().__init__()
        self.server, self.token, self.numbers, self.acknowledged = server, token, numbers, acknowledged

    def run(self) -> None:
        for number in self.numbers:
            try:
                self.acknowledged[number] = self.publish(number)
            except (OSError, http.client.HTTPException):
                return

    def publish(self, number: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            form = urlencode(self.form(number))
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/local/hub/webservice/webservices.php", form, headers)
            (course_id,) = json.loads(connection.getresponse().read())
            return int(course_id)
        finally:
            connection.close()

    def form(self, number: int) -> dict[str, object]:
        form: dict[str, object] = {
            "wsfunction": "hub_register_courses",
            "wstoken": self.token,
            "moodlewsrestformat": "json",
            "courses[0][sitecourseid]": number,
            "courses[0][fullname]": f"Durable course {number}",
            "courses[0][enrollable]": 1,
        }
        for index, content in enumerate(CONTENTS):
            form |= {f"courses[0][contents][{index}][{key}]": value for key, value in content.items()}
        return form


def test_a_killed_hub_keeps_every_acknowledged_course_and_no_half_of_one(
    server: Server, app: Flask, mail_server: MailServer
) -> None:
    acknowledged = publish_and_kill(server, trusted_site_token())
    server.start()
    rows = db.session.scalars(sa.select(Course)).all()
    assert ENOUGH <= len(acknowledged) < PUBLICATIONS
    assert {row.course_id_on_site: row.id for row in rows}.items() >= acknowledged.items()
    assert len(rows) <= len(acknowledged) + PUBLISHERS
    assert [row.contents for row in rows] == [CONTENTS] * len(rows)
    assert all(row.listed and row.fullname == f"Durable course {row.course_id_on_site}" for row in rows)
    assert published_ids() == Counter(row.id for row in rows)
    assert sorted(query.find(CourseCriteria(words="durable"), offset=0, limit=PUBLICATIONS).ids) == sorted(
        row.id for row in rows
    )
    assert list(broken_links()) == []


def test_a_killed_hub_sends_its_mails_after_the_restart(server: Server, app: Flask, mail_server: MailServer) -> None:
    mail_server.delay = 0.02
    wanted = queue_mails(60)
    mail_server.wait_for(lambda mails: len(mails) >= 20)
    server.kill()
    with transaction(db.session):
        unsent = sa.update(OutgoingMail).where(OutgoingMail.sent_at.is_(None))
        db.session.execute(unsent.values(next_attempt_at=clock.now() - timedelta(seconds=1)))
    server.start()
    mail_server.wait_for(lambda mails: {mail["Message-ID"] for mail in mails} == wanted)
    server.stop()
    sent = Counter(mail["Message-ID"] for mail in mail_server.messages)
    under_way = 4  # as many as the worker sends at once: only these may have been taken without our noting it
    assert sum(sent.values()) - len(wanted) <= under_way
    assert db.session.scalar(sa.select(sa.func.count()).where(OutgoingMail.sent_at.is_(None))) == 0


def publish_and_kill(server: Server, token: str) -> dict[int, int]:
    acknowledged: dict[int, int] = {}
    share = PUBLICATIONS // PUBLISHERS
    publishers = [
        Publisher(server, token, range(1 + share * n, 1 + share * (n + 1)), acknowledged) for n in range(PUBLISHERS)
    ]
    for publisher in publishers:
        publisher.start()
    while len(acknowledged) < ENOUGH and any(publisher.is_alive() for publisher in publishers):
        threading.Event().wait(0.005)
    server.kill()
    for publisher in publishers:
        publisher.join()
    return acknowledged


def trusted_site_token() -> str:
    with transaction(db.session):  # which takes the write lock first: the server's worker writes too
        declared.change("hubenabled", "1")
        declared.change("privacy", "search")
        declared.change("maxcoursesperday", "")
        return make_token(make_site(trusted=True))


def queue_mails(number: int) -> set[str]:
    now = clock.now()
    mails = [
        OutgoingMail(
            name="news",
            message_id=f"<{each}@hub.test>",
            recipient="ann@example.org",
            subject="News",
            body="Hello\n",
            queued_at=now,
            next_attempt_at=now,
        )
        for each in range(number)
    ]
    with transaction(db.session):
        db.session.add_all(mails)
    return {mail.message_id for mail in mails}


def published_ids() -> Counter[int | None]:
    events = sa.select(EventRow.subject_id).where(EventRow.kind == Event.COURSE_PUBLISHED.value)
    return Counter(db.session.scalars(events))
