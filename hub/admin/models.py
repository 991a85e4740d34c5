"""What belongs to the moderators' rooms themselves: views that were saved, and acts that can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base, Json


class SavedView(Base):
    """The filters and the order of a list under a name, for one person or for everybody."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(sa.String(30))  # the list that it belongs to, such as "sites"
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    query: Mapped[str] = mapped_column(sa.Text)  # as it stands in the address behind the question mark
    shared: Mapped[bool] = mapped_column(default=False)
    chosen: Mapped[bool] = mapped_column(default=False)  # its owner sees it when nothing else was asked for
    saved_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("room", "owner_id", "name", name="uq_saved_view_name"),
        sa.Index("ix_saved_view_room", "room", "shared"),
    )


class DoneAct(Base):
    """One act on one thing that can be undone for a while, with what it changed."""

    __tablename__ = "done_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch: Mapped[str] = mapped_column(sa.String(32), index=True)  # what was done to many things at once has one
    act: Mapped[str] = mapped_column(sa.String(40))
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(255))  # of the thing, when it was done
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    actor: Mapped[str] = mapped_column(sa.String(60))
    done_at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]

    __table_args__ = (sa.Index("ix_done_act_subject", "subject_type", "subject_id", "id"),)
