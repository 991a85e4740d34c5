"""Mails to a person."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.privacy import persons
from hub.privacy.rows import eraser, finder

_SHOWN = ("id", "name", "recipient", "subject", "body", "queued_at", "sent_at")
_EMPTIED = {"recipient": "", "subject": "", "body": "", "next_attempt_at": None, "last_error": None}

persons.add(
    persons.Holder(
        "mails",
        _("Mails to this address"),
        finder(OutgoingMail, OutgoingMail.recipient, _SHOWN),
        eraser(OutgoingMail, OutgoingMail.recipient, _EMPTIED),
    )
)


def forget_texts(before: datetime) -> int:
    """Empty what older mails said; how many."""
    older = sa.update(OutgoingMail).where(OutgoingMail.queued_at < before, OutgoingMail.body != "")
    done = db.session.execute(older.where(OutgoingMail.next_attempt_at.is_(None)).values(body=""))
    return int(done.rowcount)  # type: ignore[attr-defined]  # of an UPDATE


def forget_mails(before: datetime) -> int:
    """Remove the rows of older mails that wait no more; how many."""
    older = sa.delete(OutgoingMail).where(OutgoingMail.queued_at < before, OutgoingMail.next_attempt_at.is_(None))
    return int(db.session.execute(older).rowcount)  # type: ignore[attr-defined]  # of a DELETE
