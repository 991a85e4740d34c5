"""Tokens: who may call us."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base
from hub.tokens.services import Service


class Token(Base):
    """A token that a caller shows with each call, kept as a hash; revoked ones stay, with their reason."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    service: Mapped[Service] = mapped_column(sa.Enum(Service, native_enum=False, length=20))
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"), index=True)
    issued_at: Mapped[datetime]
    first_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(sa.String(40))
