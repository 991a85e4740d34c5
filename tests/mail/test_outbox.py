"""Mails leave after the commit that caused them, once, and wait while the mail server is down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask
from jinja2 import DictLoader

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail import jobs, outbox
from hub.mail.models import OutgoingMail
from hub.settings import declared
from tests.support.server import free_port
from tests.support.smtp import MailServer

NEWS = {
    "mail/news/subject.txt": "{{ hub_name }}: {{ title }}\n",
    "mail/news/body.txt": "\nSee {{ hub_url }}/news & rejoice.\n",
    "mail/why.txt": "{{ hub_name }} has sent this.",
    "mail/button.txt": "Open the page",
}


@pytest.fixture
def app(app: Flask, mail_server: MailServer) -> Iterator[Flask]:
    """The application with a mail of our own, sending to the test's mail server."""
    loader = app.jinja_env.loader
    app.jinja_env.loader = DictLoader(NEWS)
    point_to(app, mail_server.port)
    yield app
    app.jinja_env.loader = loader


def point_to(app: Flask, port: int) -> None:
    state = app.extensions["mail"]
    state.server, state.port = "127.0.0.1", port


def queued(title: str = "Hello", to: str = "ann@example.org") -> OutgoingMail:
    with transaction(db.session):
        return outbox.queue("news", to, title=title)


def reloaded(row: OutgoingMail) -> OutgoingMail:
    db.session.rollback()
    return outbox.get_mail(row.id)


def test_a_queued_mail_is_a_row_and_sends_nothing(app: Flask, mail_server: MailServer) -> None:
    row = queued("Žluťoučký kůň")
    assert (row.subject, row.body) == (
        "Moodle course hub: Žluťoučký kůň",
        "See http://hub.test/news & rejoice.\n\n-- \nMoodle course hub has sent this.\n",
    )
    assert mail_server.messages == []


def test_a_mail_of_an_undone_transaction_never_leaves(app: Flask, mail_server: MailServer) -> None:
    def act() -> None:
        with transaction(db.session):
            outbox.queue("news", "ann@example.org", title="Hello")
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        act()
    assert jobs.deliver() == 0
    assert mail_server.messages == []


def test_a_delivered_mail_says_who_wrote_it_and_is_not_sent_again(app: Flask, mail_server: MailServer) -> None:
    row = queued("Žluťoučký kůň")
    assert jobs.deliver() == 1
    assert jobs.deliver() == 0
    (message,) = mail_server.messages
    assert message["Subject"] == "Moodle course hub: Žluťoučký kůň"
    assert message["To"] == "ann@example.org"
    assert message["From"] == "hub@hub.test"
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content() == row.body
    assert outbox.state(reloaded(row)) == "sent"


def test_answers_go_to_the_contact_of_the_hub(app: Flask, mail_server: MailServer) -> None:
    with transaction(db.session):
        declared.change("contactemail", "hub@example.org")
    queued()
    jobs.deliver()
    assert mail_server.messages[0]["Reply-To"] == "hub@example.org"


@pytest.mark.parametrize(
    ("to", "title"),
    [
        ("ann@example.org", "Hello\nBcc: everybody@example.org"),
        ("ann@example.org\r\nBcc: everybody@example.org", "Hello"),
        ("nobody", "Hello"),
        ("", "Hello"),
    ],
)
def test_a_mail_with_bad_headers_is_refused_before_it_is_queued(app: Flask, to: str, title: str) -> None:
    with pytest.raises(outbox.MailRefused):
        outbox.queue("news", to, title=title)


def test_a_mail_waits_while_the_server_is_down_and_goes_out_later(app: Flask, mail_server: MailServer) -> None:
    mail_server.stop()
    row = queued()
    assert jobs.deliver() == 0
    row = reloaded(row)
    assert (outbox.state(row), row.attempt_count) == ("waiting", 1)
    assert "refused" in str(row.last_error)
    mail_server.start()
    with clock.fixed(clock.now() + timedelta(minutes=2)):
        assert jobs.deliver() == 1
    assert mail_server.messages[0]["Message-ID"] == row.message_id


def test_a_server_that_is_down_is_asked_once_and_not_for_every_mail(app: Flask) -> None:
    point_to(app, free_port())
    first, second = queued(), queued()
    jobs.deliver()
    assert (reloaded(first).attempt_count, reloaded(second).attempt_count) == (1, 0)


def test_a_refused_mail_does_not_stop_the_others(app: Flask, mail_server: MailServer) -> None:
    mail_server.answers = ["550 not this one", "250 OK"]
    refused, accepted = queued("refused"), queued("accepted")
    assert jobs.deliver() == 1
    assert [outbox.state(reloaded(row)) for row in (refused, accepted)] == ["waiting", "sent"]


def test_pauses_grow_to_hours_and_after_four_days_the_mail_is_given_up(app: Flask) -> None:
    point_to(app, free_port())
    row = queued()
    moments = [row.queued_at]
    while (next_attempt := reloaded(row).next_attempt_at) is not None:
        with clock.fixed(next_attempt):
            jobs.deliver()
        moments.append(next_attempt)
    pauses = [later - earlier for earlier, later in pairwise(moments[1:])]
    assert pauses[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert max(pauses) == timedelta(hours=4)
    assert timedelta(days=4) < moments[-1] - moments[0] < timedelta(days=5)
    assert outbox.state(reloaded(row)) == "given up"


def test_a_mail_that_was_given_up_can_be_tried_again(app: Flask, mail_server: MailServer) -> None:
    with transaction(db.session):
        row = outbox.queue("news", "ann@example.org", title="Hello")
        row.next_attempt_at = None
    with transaction(db.session):
        outbox.retry(outbox.get_mail(row.id), by=COMMAND)
    assert jobs.deliver() == 1


def test_two_workers_send_each_mail_once(app: Flask, mail_server: MailServer) -> None:
    rows = [queued(str(number)) for number in range(20)]
    mail_server.delay = 0.01

    def work() -> None:
        with app.app_context():
            jobs.deliver()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each["Message-ID"] for each in mail_server.messages) == sorted(row.message_id for row in rows)


def test_a_mail_whose_sender_died_is_taken_up_by_another_after_a_minute(app: Flask, mail_server: MailServer) -> None:
    queued()
    with transaction(db.session):
        assert outbox.claim() is not None
    assert jobs.deliver() == 0
    with clock.fixed(clock.now() + outbox.CLAIMED_FOR):
        assert jobs.deliver() == 1


def test_no_transaction_is_open_while_the_mail_server_thinks(app: Flask, mail_server: MailServer) -> None:
    queued()
    open_transactions: list[bool] = []
    mail_server.before_answer = lambda: open_transactions.append(session.in_transaction())
    session = db.session()
    jobs.deliver()
    assert open_transactions == [False]


def test_a_server_that_says_nothing_is_left_after_a_while(
    app: Flask, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SECONDS_PER_MAIL", 0.2)
    mail_server.delay = 2
    row = queued()
    assert jobs.deliver() == 0
    assert outbox.state(reloaded(row)) == "waiting"


def test_moderators_who_want_it_are_told_and_else_the_contact(app: Flask) -> None:
    with transaction(db.session):
        declared.change("contactemail", "hub@example.org")
        assert [row.recipient for row in outbox.queue_to_moderators("news", title="x")] == ["hub@example.org"]
        people.create("mo", "mo@example.org", "long enough", Role.MODERATOR, by=COMMAND)
        people.create("au", "au@example.org", "long enough", Role.AUDITOR, by=COMMAND)
        assert [row.recipient for row in outbox.queue_to_moderators("news", title="x")] == ["mo@example.org"]


def test_nobody_to_tell_means_no_mail(app: Flask) -> None:
    assert outbox.queue_to_moderators("news", title="x") == []
    assert db.session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 0


def test_mails_are_really_sent_and_not_suppressed(app: Flask) -> None:
    assert app.extensions["mail"].suppress is False
