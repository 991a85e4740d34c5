"""What waits for somebody's confirmation before a registration goes on, what is kept out, and what was proven."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base, Json


class AttemptState(enum.StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DENIED = "denied"  # refused, or the previous contact said: this was not me
    EXPIRED = "expired"


class Attempt(Base):
    """A new secret on a URL that is taken (protocol/hub-server.md 2.6); whom it admits never changes."""

    __tablename__ = "registration_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)  # the site that holds the URL
    secret_hash: Mapped[str] = mapped_column(sa.String(64))
    secret: Mapped[str] = mapped_column(sa.Text)  # encrypted: the site wants it back on confirmation
    link_hash: Mapped[str] = mapped_column(sa.String(64), index=True)  # of the token in the mailed link
    details: Mapped[dict[str, Any]] = mapped_column(Json)  # SiteDetails as parsed, by wire name
    huburl: Mapped[str] = mapped_column(sa.Text)  # the hub's address to echo
    address: Mapped[str] = mapped_column(sa.String(45), default="", server_default="")  # from where it came
    state: Mapped[AttemptState] = mapped_column(
        sa.Enum(AttemptState, native_enum=False, length=20), default=AttemptState.OPEN
    )
    opened_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    mailed_to: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")  # empty: to moderators
    decided_at: Mapped[datetime | None]
    seen: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")  # what asking its URL gave

    __table_args__ = (
        sa.Index(
            "uq_registration_attempt_open",
            "site_id",
            "secret_hash",
            unique=True,
            sqlite_where=sa.text("state = 'OPEN'"),
            postgresql_where=sa.text("state = 'OPEN'"),
        ),
    )


class MoveState(enum.StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class Move(Base):
    """A site that says it now lives on another host: the new URL waits, the old one stays (one waiting move a site)."""

    __tablename__ = "site_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    new_url: Mapped[str] = mapped_column(sa.Text)
    new_url_key: Mapped[str] = mapped_column(sa.String(500))
    secret: Mapped[str] = mapped_column(sa.Text, default="")  # encrypted; empty when the site told by an update
    huburl: Mapped[str] = mapped_column(sa.Text, default="")  # the hub's address to echo
    link_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(Json)
    address: Mapped[str] = mapped_column(sa.String(45), default="", server_default="")  # from where it came
    state: Mapped[MoveState] = mapped_column(
        sa.Enum(MoveState, native_enum=False, length=20), default=MoveState.WAITING
    )
    asked_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    mailed_to: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")  # empty: to moderators only
    decided_at: Mapped[datetime | None]
    seen: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")  # what asking both URLs gave

    __table_args__ = (
        sa.Index(
            "uq_site_move_waiting",
            "site_id",
            unique=True,
            sqlite_where=sa.text("state = 'WAITING'"),
            postgresql_where=sa.text("state = 'WAITING'"),
        ),
    )


class Concerned(enum.StrEnum):
    """What a block keeps out, or a proof speaks for."""

    SITE = "site"
    ATTEMPT = "attempt"
    MOVE = "move"


class Block(Base):
    """Keeps one stranger away from one site for some days: what he brought, and the address he came from."""

    __tablename__ = "registration_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    concerns: Mapped[Concerned] = mapped_column(sa.Enum(Concerned, native_enum=False, length=20))
    secret_hash: Mapped[str] = mapped_column(sa.String(64), default="")  # of an attempt
    url_key: Mapped[str] = mapped_column(sa.String(500), default="")  # where a move would have led
    address: Mapped[str] = mapped_column(sa.String(45), default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    blocked_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class ProofFound(Base):
    """A proof that was there when the hub looked: who could place it controls the URL."""

    __tablename__ = "ownership_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    concerns: Mapped[Concerned] = mapped_column(sa.Enum(Concerned, native_enum=False, length=20))
    concerned_id: Mapped[int]  # the number of the site, attempt or move
    secret_hash: Mapped[str] = mapped_column(sa.String(64))  # for whom it speaks
    url_key: Mapped[str] = mapped_column(sa.String(500))  # whose control it proves
    method: Mapped[str] = mapped_column(sa.String(10))  # proofs.Method
    place: Mapped[str] = mapped_column(sa.Text)  # where it was found
    found_at: Mapped[datetime]
