"""The outbox: mails that wait to be sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base


class OutgoingMail(Base):
    """A composed mail, stored in the transaction that caused it; the worker sends it and notes so."""

    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))  # the event that caused it, such as site-registered
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)  # stable: a duplicate can be recognised
    recipient: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(500))
    body: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(10), default="en")
    reply_to: Mapped[str] = mapped_column(sa.String(254), default="")  # empty: the hub's contact
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"), index=True)  # the site that it is about
    queued_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None] = mapped_column(index=True)  # empty when sent or given up
    attempt_count: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)
