"""People who sign in to run the hub."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from hub.access import PERMISSIONS, Permission, Role
from hub.database import Base


class User(UserMixin, Base):
    """A person with a role; ``sessions_from`` moves forward to end all sessions begun before."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(100))
    username_key: Mapped[str] = mapped_column(sa.String(100), unique=True)  # case-folded: one person, one spelling
    email: Mapped[str] = mapped_column(sa.String(254))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    role: Mapped[Role] = mapped_column(sa.Enum(Role, native_enum=False, length=20))
    banned: Mapped[bool] = mapped_column(default=False)
    wants_mail: Mapped[bool] = mapped_column(default=True)  # mails about new sites and waiting courses
    session_number: Mapped[int] = mapped_column(default=1)  # raised to end every session of this person
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]

    @property
    def is_active(self) -> bool:
        return not self.banned

    def get_id(self) -> str:
        return f"{self.id}.{self.session_number}"

    def may(self, permission: Permission) -> bool:
        """Whether this person's role contains the permission."""
        return not self.banned and permission in PERMISSIONS[self.role]

    @property
    def actor(self) -> str:
        """How the event log names this person."""
        return f"user:{self.id}"
