"""The mail room: what waits, what failed, what was said, another attempt or none."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.database import transaction
from hub.events.models import EventRow
from hub.extensions import db
from hub.mail import jobs, outbox
from hub.mail.models import OutgoingMail
from hub.registration import mails
from tests.admin.conftest import administrator, auditor, moderator  # noqa: F401  # fixtures
from tests.factories import make_site
from tests.support.pages import Visitor, counted_statements
from tests.support.smtp import MailServer


@pytest.fixture
def mail(app: Flask, mail_server: MailServer) -> OutgoingMail:
    """A mail to the contact of a new site, not sent yet."""
    app.extensions["mail"].server, app.extensions["mail"].port = "127.0.0.1", mail_server.port
    with transaction(db.session):
        mails.site_welcome(make_site(name="<b>School</b>", contact_email="ada@example.org"))
    return db.session.scalars(sa.select(OutgoingMail)).one()


def queue_many(count: int) -> None:
    with transaction(db.session):
        site = make_site(name="Many")
        for number in range(count):
            outbox.queue("site-welcome", f"ada{number}@example.org", site=site, link="")


def test_a_moderator_reads_a_mail_but_gets_nothing_that_its_links_open(
    moderator: Visitor,  # noqa: F811
    mail: OutgoingMail,
) -> None:
    looked = moderator.get(f"/admin/mail/{mail.id}")
    shown = moderator.send("GET", f"/admin/mail/{mail.id}/html")
    assert "token=" in mail.body
    for page in (looked, shown):
        assert "has registered with" in page.text
        assert "&lt;b&gt;School&lt;/b&gt;" in page.text
        assert "token=" not in page.text
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_moderators_and_auditors_read_mails_and_only_administrators_act(
    moderator: Visitor,  # noqa: F811
    auditor: Visitor,  # noqa: F811
    administrator: Visitor,  # noqa: F811
    mail: OutgoingMail,
) -> None:
    for person in (moderator, auditor):
        assert "Do not send" not in person.get(f"/admin/mail/{mail.id}").text
        person.post("/admin/mail/acts", status=403, act="cancel", ids=mail.id, confirmed="1")
    assert "Do not send" in administrator.get(f"/admin/mail/{mail.id}").text
    administrator.post("/admin/mail/acts", act="cancel", ids=mail.id, confirmed="1")
    assert jobs.deliver() == 0
    kinds = db.session.scalars(sa.select(EventRow.kind).where(EventRow.subject_type == "outgoing_mail")).all()
    assert kinds == ["mail cancelled"]


def test_a_cancelled_mail_can_still_be_tried_again(
    administrator: Visitor,  # noqa: F811
    mail: OutgoingMail,
    mail_server: MailServer,
) -> None:
    administrator.post("/admin/mail/acts", act="cancel", ids=mail.id, confirmed="1")
    administrator.post("/admin/mail/acts", act="retry", ids=mail.id)
    assert jobs.deliver() == 1


@pytest.mark.parametrize(
    ("question", "found"),
    [("", 1), ("state=waiting", 1), ("state=sent", 0), ("state=given-up", 0), ("to=ADA@example.org", 1), ("to=b@x", 0)],
)
def test_mails_are_found_by_state_recipient_and_site(
    moderator: Visitor,  # noqa: F811
    mail: OutgoingMail,
    question: str,
    found: int,
) -> None:
    page = moderator.get(f"/admin/mail?{question}").page
    assert len(page.xpath("//tbody/tr")) == found
    assert len(moderator.get(f"/admin/mail?site={mail.site_id}&{question}").page.xpath("//tbody/tr")) == found


def test_the_list_asks_the_same_number_of_questions_for_few_mails_and_for_many(
    moderator: Visitor,  # noqa: F811
    mail: OutgoingMail,
) -> None:
    with counted_statements() as few:
        moderator.get("/admin/mail")
    queue_many(40)
    with counted_statements() as many:
        moderator.get("/admin/mail")
    assert len(few) == len(many)


def test_a_mail_server_that_is_dead_for_an_hour_costs_no_mail_and_sends_none_twice(
    mail: OutgoingMail, mail_server: MailServer
) -> None:
    start = clock.now()
    mail_server.stop()
    for minute in range(60):
        with clock.fixed(start + timedelta(minutes=minute)):
            if minute % 10 == 0:
                queue_many(2)
            assert jobs.deliver() == 0
    mail_server.start()
    for minute in range(60, 130):
        with clock.fixed(start + timedelta(minutes=minute)):
            jobs.deliver()
    sent = [each["Message-ID"] for each in mail_server.messages]
    assert sorted(sent) == sorted(db.session.scalars(sa.select(OutgoingMail.message_id)))
    assert len(sent) == 13
