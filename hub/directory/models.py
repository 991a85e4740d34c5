"""The hub's registrations with directories: at most one is live, ended ones stay as history."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base
from hub.directory.steps import State


class Membership(Base):
    """One registration with one directory, from the button to its end."""

    __tablename__ = "directory_membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    live: Mapped[bool | None] = mapped_column(default=True, unique=True)  # true or nothing, so only one can be
    directory_url: Mapped[str] = mapped_column(sa.Text)  # as the setting was when this began
    directory_key: Mapped[str] = mapped_column(sa.String(500))
    state: Mapped[State] = mapped_column(sa.Enum(State, native_enum=False, length=20), default=State.ASKED)
    token_id: Mapped[int] = mapped_column(sa.ForeignKey("token.id"))  # with which the directory calls us
    token: Mapped[str] = mapped_column(sa.Text, default="")  # the same in clear, encrypted; only while it is asked for
    directory_token: Mapped[str] = mapped_column(sa.Text, default="")  # with which we call the directory; encrypted
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    leaving_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str] = mapped_column(sa.String(60), default="")
    updated_at: Mapped[datetime | None]  # when the directory last took what we told
    tried_at: Mapped[datetime | None]  # when it was last called
    problem: Mapped[str] = mapped_column(sa.Text, default="")  # what came of the last call, if it failed
    failure_count: Mapped[int] = mapped_column(default=0)  # in a row
    next_attempt_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # when administrators were mailed that the hub cannot leave
