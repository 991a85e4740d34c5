"""What happened: append-only rows, chained by hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base, Json


class EventRow(Base):
    """One event; ``hash`` covers what stands here, the digest of the personal part and the hash before."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # consecutive: a gap shows a removed row
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(sa.String(60), index=True)
    actor: Mapped[str] = mapped_column(sa.String(60))  # user:1, site:5, command, job:check-sites, visitor
    subject_type: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[int | None]
    personal_digest: Mapped[str] = mapped_column(sa.String(64))
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (sa.Index("ix_event_subject", "subject_type", "subject_id", "id"),)


class EventDetails(Base):
    """The personal part of an event (names, addresses, reasons), which can be erased without breaking the chain."""

    __tablename__ = "event_details"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(sa.String(32))
    details: Mapped[dict[str, Any]] = mapped_column(Json)
