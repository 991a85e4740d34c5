"""Mails to a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.database import touched
from hub.extensions import db
from hub.mail import outbox
from hub.mail.models import OutgoingMail
from hub.privacy import persons
from hub.privacy.rows import eraser, finder

_SHOWN = ("id", "name", "recipient", "subject", "body", "queued_at", "sent_at")
_rows = finder(OutgoingMail, OutgoingMail.recipient, _SHOWN)
_EMPTIED = {"recipient": "", "subject": "", "body": "", "next_attempt_at": None, "last_error": None}


def _find(address: str) -> list[dict[str, Any]]:
    """The mails to this address, for the eyes of somebody else: without what their links open."""
    return [row | {"body": outbox.masked(row["body"])} for row in _rows(address)]


persons.add(
    persons.Holder(
        "mails",
        _("Mails to this address"),
        _find,
        eraser(OutgoingMail, OutgoingMail.recipient, _EMPTIED),
    )
)


def forget_texts(before: datetime) -> int:
    """Empty what older mails said; how many."""
    older = sa.update(OutgoingMail).where(OutgoingMail.queued_at < before, OutgoingMail.body != "")
    return touched(db.session, older.where(OutgoingMail.next_attempt_at.is_(None)).values(body=""))


def forget_mails(before: datetime) -> int:
    """Remove the rows of older mails that wait no more; how many."""
    older = sa.delete(OutgoingMail).where(OutgoingMail.queued_at < before, OutgoingMail.next_attempt_at.is_(None))
    return touched(db.session, older)
