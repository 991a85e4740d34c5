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

    __table_args__ = (
        sa.Index("ix_event_subject", "subject_type", "subject_id", "id"),
        sa.Index("ix_event_at", "at"),
        sa.Index("ix_event_actor", "actor", "id"),
    )


class EventDetails(Base):
    """The personal part of an event (names, addresses, reasons), which can be erased without breaking the chain."""

    __tablename__ = "event_details"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(sa.String(32))
    details: Mapped[dict[str, Any]] = mapped_column(Json)


class EventCheckpoint(Base):
    """The hub's signature under the log: at this moment, this event was the last one, or the last that was removed.

    Whoever can write into the database can make a chain that holds; without the hub's secret key nobody makes one
    that fits the checkpoints.
    """

    __tablename__ = "event_checkpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(index=True)
    hash: Mapped[str] = mapped_column(sa.String(64))
    removed: Mapped[bool] = mapped_column(default=False)  # the events up to here are gone: their time was over
    at: Mapped[datetime]
    signature: Mapped[str] = mapped_column(sa.String(64))


class EventCheck(Base):
    """What the last look through the whole log found: one row."""

    __tablename__ = "event_check"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # always 1
    at: Mapped[datetime]
    event_count: Mapped[int]
    problems: Mapped[list[str]] = mapped_column(Json)  # the first of them, as sentences
    problem_count: Mapped[int]
