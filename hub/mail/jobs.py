"""Delivers what waits in the outbox. No transaction is open while the mail server is talked to."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.charset import QP, Charset
from types import TracebackType

from flask import current_app
from flask_mail import BadHeaderError, Connection, Message

from hub.database import transaction
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.jobs import schedule, sweep
from hub.mail import compose, examining, outbox, persons
from hub.mail.models import OutgoingMail
from hub.mail.settings import keepmails, keepmailtexts
from hub.privacy.retention import keep
from hub.settings import declared

log = logging.getLogger(__name__)

SECONDS_PER_STEP = 10
SECONDS_PER_MAIL = 45  # less than outbox.CLAIMED_FOR: nobody else has taken the mail up when we are through with it

_CHARSET = Charset("utf-8")
_CHARSET.body_encoding = QP  # lines of any length survive: servers refuse those of more than 998 bytes

# The next mail may do better after these; any other failure is the server's, and the others need not be tried now.
_ABOUT_THIS_MAIL = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
    BadHeaderError,
    ValueError,
)


@schedule.every(minutes=1, name=outbox.JOB)
def deliver() -> int:
    """Send every mail that is due and give their number; stops early when the mail server cannot be reached."""
    count = 0
    while (claimed := _claim()) is not None:
        mail_id, message = claimed
        problem = _send(message)
        _note(mail_id, problem)
        if problem is None:
            count += 1
        elif not isinstance(problem, _ABOUT_THIS_MAIL):
            break
    return count


keep("texts of mails", keepmailtexts.name, persons.forget_texts)
keep("mails", keepmails.name, persons.forget_mails)
sweep.watch(outbox.JOB, outbox.anything_due)


def _claim() -> tuple[int, Message] | None:
    with transaction(db.session):
        mail = outbox.claim()
        return (mail.id, message_for(mail)) if mail is not None else None


def message_for(mail: OutgoingMail) -> Message:
    """The mail as it goes out. Message-ID and date stay the same at every attempt, so that a duplicate shows."""
    message = Message(
        subject=mail.subject,
        recipients=[mail.recipient],
        body=mail.body,
        html=compose.as_html(mail.subject, mail.body, mail.language),
        sender=current_app.config["MAIL_DEFAULT_SENDER"] or f"hub@{outbox.own_domain()}",
        reply_to=mail.reply_to or declared.current("contactemail") or None,
        date=mail.queued_at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    message.msgId = mail.message_id
    message.charset = _CHARSET  # type: ignore[assignment]  # handed on to the standard library, which takes both
    return message


def _send(message: Message) -> Exception | None:
    try:
        with _PatientConnection(current_app.extensions["mail"]) as connection:
            connection.send(message)
    except (OSError, BadHeaderError, ValueError) as problem:  # SMTPException is an OSError
        return problem
    return None


def _note(mail_id: int, problem: Exception | None) -> None:
    with transaction(db.session):
        mail = outbox.get_mail(mail_id)
        if problem is None:
            outbox.note_sent(mail)
        else:
            outbox.note_failed(mail, f"{type(problem).__name__}: {problem}")
            log.warning("mail %s (%s) was not sent: %s", mail.id, mail.name, mail.last_error)


@dataclass(frozen=True)
class Tried:
    """A mail was handed to the server just now; ``problem`` is what it answered, empty when it took the mail."""

    address: str
    server: str
    problem: str


def tried(address: str, *, by: Actor) -> Tried:
    """Send a test mail at once. It stands in the outbox like any other, but is not tried again."""
    with transaction(db.session):
        mail = outbox.queue("test-mail", address)
        record(Event.MAIL_TESTED, None, by=by)
        outbox.reserve(mail)
        mail_id, message = mail.id, message_for(mail)
    problem = _send(message)
    _note(mail_id, problem)
    if problem is not None:
        with transaction(db.session):
            outbox.give_up(outbox.get_mail(mail_id))
    return Tried(address, examining.server(), examining.told(problem) if problem else "")


def reach() -> Exception | None:
    """What keeps the hub from talking to its mail server, without sending anything; nothing when it answers."""
    try:
        with _PatientConnection(current_app.extensions["mail"]):
            return None
    except (OSError, ValueError) as problem:
        return problem


class _PatientConnection(Connection):
    """Flask-Mail's connection with what it lacks: time limits, a verified certificate, an unimportant good-bye."""

    def __enter__(self) -> _PatientConnection:
        self._deadline = threading.Timer(SECONDS_PER_MAIL, self._hang_up)
        self._deadline.daemon = True
        self._deadline.start()
        try:
            super().__enter__()
        except BaseException:
            self._deadline.cancel()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadline.cancel()
        if self.host is None:
            return
        try:
            self.host.quit()
        except OSError:
            self.host.close()  # the server has answered what matters, or an exception is on its way already

    def configure_host(self) -> smtplib.SMTP:
        host = smtplib.SMTP(
            self.mail.server, self.mail.port, local_hostname=outbox.own_domain(), timeout=SECONDS_PER_STEP
        )
        try:
            self._introduce(host)
        except BaseException:
            host.close()
            raise
        return host

    def _introduce(self, host: smtplib.SMTP) -> None:
        if self.mail.use_tls:
            host.starttls(context=ssl.create_default_context(cafile=current_app.config["HUB"].ca_bundle))
        if self.mail.username and self.mail.password:
            host.login(self.mail.username, self.mail.password)

    def _hang_up(self) -> None:
        sock = getattr(self.host, "sock", None)
        if sock is not None:
            with suppress(OSError):  # it has just ended by itself
                sock.shutdown(socket.SHUT_RDWR)
