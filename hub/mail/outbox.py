"""Mails that wait: queued in the transaction that causes them, sent by the worker after its commit."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

import sqlalchemy as sa

from hub import clock
from hub.accounts import people
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.jobs.queue import wake
from hub.mail.compose import compose
from hub.mail.models import OutgoingMail
from hub.runtime import hub_url
from hub.settings import declared

JOB = "deliver-mail"
LONGEST_SUBJECT = 500
CLAIMED_FOR = timedelta(minutes=1)  # whoever sends a mail has this long; then another may
TRIED_FOR = timedelta(days=4)
LONGEST_PAUSE = timedelta(hours=4)
HIDDEN = "…"  # stands for what is behind the question mark of an address, or for a long word in its path
_ADDRESS = re.compile(r"(https?://[^\s?#]*?(?=[?#]|/[A-Za-z0-9_.~-]{20,}|\s|$))([?#/]\S*)?")


class MailRefused(HubError):
    """A mail with such a header would be taken for several headers, or reach nobody."""

    key = "mailrefused"


class MailNotFound(HubError):
    """There is no such mail."""

    key = "mailnotfound"
    status = 404


class About(Protocol):
    """The site that a mail is about."""

    id: Any
    language: Any


def queue(
    name: str, to: str, *, site: About | None = None, language: str = "", reply_to: str = "", **values: Any
) -> OutgoingMail:
    """The mail ``name`` to one address, stored and composed; it leaves after the commit, and never without it.

    It is written in ``language``, which is that of the ``site`` it is about where none is given; when we do not have
    it, in the hub's, and else in English. Answers go to ``reply_to``, else to the hub's contact.
    """
    wanted = filter(None, (language or (site.language if site else ""), declared.current("language")))
    text = compose(name, {"site": site, **values} if site else values, wanted)
    _require_single_lines(name, to, text.subject + reply_to)
    mail = OutgoingMail(
        name=name,
        message_id=f"<{uuid.uuid4().hex}@{own_domain()}>",
        recipient=to,
        subject=text.subject[:LONGEST_SUBJECT],
        body=text.body,
        language=text.language,
        reply_to=reply_to,
        site_id=site.id if site else None,
        queued_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    db.session.add(mail)
    wake(JOB)
    return mail


def queue_to_moderators(name: str, **values: Any) -> list[OutgoingMail]:
    """The mail ``name`` to everybody who wants to hear of such things, or else to the hub's contact address."""
    addresses = people.to_be_told() or [declared.current("contactemail")]
    language = declared.current("language")
    return [queue(name, each, language=language, for_moderators=True, **values) for each in addresses if each]


def due(now: datetime) -> sa.Select[OutgoingMail]:
    """Mails whose turn has come, the longest waiting first."""
    return sa.select(OutgoingMail).where(OutgoingMail.next_attempt_at <= now).order_by(OutgoingMail.next_attempt_at)


def anything_due() -> bool:
    """Whether a mail's turn has come."""
    return db.session.scalar(due(clock.now()).with_only_columns(OutgoingMail.id).limit(1)) is not None


def claim() -> OutgoingMail | None:
    """The next due mail, reserved for the caller for a minute: whoever dies with it leaves it to the others."""
    mail = db.session.scalar(due(clock.now()).limit(1).with_for_update(skip_locked=True))
    if mail is not None:
        reserve(mail)
    return mail


def reserve(mail: OutgoingMail) -> None:
    """Keep others from sending this mail for a minute: the caller does."""
    mail.attempt_count += 1
    mail.next_attempt_at = clock.now() + CLAIMED_FOR


def note_sent(mail: OutgoingMail) -> None:
    """The mail server has taken the mail. What its links open is forgotten, the rest is kept for a while."""
    mail.sent_at = clock.now()
    mail.body = masked(mail.body)
    mail.next_attempt_at = mail.last_error = None


def note_failed(mail: OutgoingMail, reason: str) -> None:
    """The attempt failed: the next one is later each time, and after four days there is none."""
    mail.last_error = reason[:1000]
    pause = min(LONGEST_PAUSE, timedelta(minutes=2 ** min(mail.attempt_count - 1, 10)))
    given_up = clock.now() > mail.queued_at + TRIED_FOR
    mail.next_attempt_at = None if given_up else clock.now() + pause


def give_up(mail: OutgoingMail) -> None:
    """Try this mail no more; its last error stays."""
    mail.next_attempt_at = None


def retry(mail: OutgoingMail, *, by: Actor) -> None:
    """Try a mail that was not sent again at once, also one that was given up; nothing happens to one that was sent."""
    if mail.sent_at is None:
        mail.next_attempt_at = clock.now()
        record(Event.MAIL_RETRIED, mail, by=by, name=mail.name)
        wake(JOB)


def get_mail(mail_id: int) -> OutgoingMail:
    """The mail of this number; MailNotFound if there is none."""
    mail = db.session.get(OutgoingMail, mail_id)
    if mail is None:
        raise MailNotFound(f"There is no mail {mail_id}. hub mail list shows the mails there are.")
    return mail


def unsent() -> sa.Select[OutgoingMail]:
    """Mails that were not sent, eldest first."""
    return sa.select(OutgoingMail).where(OutgoingMail.sent_at.is_(None)).order_by(OutgoingMail.id)


def state(mail: OutgoingMail) -> str:
    """``sent``, ``waiting`` or ``given up``."""
    if mail.sent_at is not None:
        return "sent"
    return "waiting" if mail.next_attempt_at is not None else "given up"


def masked(text: str) -> str:
    """A mail's text for other eyes than its recipient's: whatever an address in it could open is taken out."""
    return _ADDRESS.sub(lambda found: f"{found[1]}{HIDDEN}" if found[2] else found[0], text)


def cancel(mail: OutgoingMail, *, by: Actor) -> None:
    """Send this mail no more, if it was not sent yet; another attempt can still be asked for."""
    if mail.sent_at is None and mail.next_attempt_at is not None:
        mail.next_attempt_at = None
        record(Event.MAIL_CANCELLED, mail, by=by, name=mail.name)


def history_of(site: About, limit: int = 20) -> Sequence[OutgoingMail]:
    """The newest mails about this site, newest first."""
    newest = sa.select(OutgoingMail).where(OutgoingMail.site_id == site.id).order_by(OutgoingMail.id.desc())
    return db.session.scalars(newest.limit(limit)).all()


def own_domain() -> str:
    """The domain that the hub's mails come from; a hub without a name of its own calls itself localhost."""
    host = urlsplit(hub_url()).hostname or "localhost"
    try:
        ip_address(host)
    except ValueError:
        return host
    return "localhost"


def _require_single_lines(name: str, to: str, subject: str) -> None:
    if any(character in to + subject for character in "\r\n\0"):
        raise MailRefused(f"The mail {name} was not queued: its subject or address has more than one line.")
    if "@" not in parseaddr(to)[1]:
        raise MailRefused(f"The mail {name} was not queued: {to!r} is not a mail address.")
