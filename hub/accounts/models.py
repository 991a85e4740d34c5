"""People who sign in to run the hub, their browsers, and the links that were mailed to them."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from hub import clock
from hub.access import PERMISSIONS, Permission, Role
from hub.database import Base

PROOF_LASTS = timedelta(minutes=15)  # then grave acts ask for the password again

_ROLE = sa.Enum(Role, native_enum=False, length=20)


class UserSession(Base):
    """One browser in which somebody is signed in; its cookie holds the key, of which only the hash is kept here."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    address: Mapped[str] = mapped_column(sa.String(45))
    agent: Mapped[str] = mapped_column(sa.String(100))  # in words: "Firefox on Linux"
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # exact to a few minutes
    proved_at: Mapped[datetime]  # when the password, or something as good, was last asked for and given
    ended_at: Mapped[datetime | None]


class User(UserMixin, Base):
    """A person with a role."""

    __tablename__ = "user"
    __allow_unmapped__ = True  # for ``browser`` and ``key``, which belong to a request and not to the row

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(100))
    username_key: Mapped[str] = mapped_column(sa.String(100), unique=True)  # case-folded: one person, one spelling
    email: Mapped[str] = mapped_column(sa.String(254))  # empty for somebody who was deleted
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    password_set_at: Mapped[datetime | None]
    role: Mapped[Role] = mapped_column(_ROLE)
    banned: Mapped[bool] = mapped_column(default=False)
    wants_mail: Mapped[bool] = mapped_column(default=True)  # mails about new sites and waiting courses
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]  # the row stays, nameless, for what it did

    browser: UserSession | None = None  # the one that sent the request being answered
    key: str = ""  # of that browser, for its cookie

    @property
    def is_active(self) -> bool:
        return not self.banned and self.deleted_at is None

    @property
    def proved_lately(self) -> bool:
        """Whether this browser has shown within a quarter of an hour that this person sits before it."""
        return self.browser is not None and clock.now() - self.browser.proved_at < PROOF_LASTS

    def carried_key(self) -> str:
        """What the cookie of this person's browser holds."""
        return self.key

    def may(self, permission: Permission) -> bool:
        """Whether this person's role contains the permission."""
        return self.is_active and permission in PERMISSIONS[self.role]

    @property
    def actor(self) -> str:
        """How the event log names this person."""
        return f"user:{self.id}"


class Invitation(Base):
    """Somebody was asked by mail to help run the hub; the link in it opens one account, once."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[Role] = mapped_column(_ROLE)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    invited_by: Mapped[str] = mapped_column(sa.String(60))  # as the event log names them
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class PasswordReset(Base):
    """A link by which somebody who forgot the password may choose a new one, once."""

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
