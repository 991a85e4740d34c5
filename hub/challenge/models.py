"""Solutions that were used, kept until nobody could use them again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base


class ChallengeUse(Base):
    """One used solution, or one used wait; the row's key is what lets nobody use it twice."""

    __tablename__ = "challenge_use"
    __table_args__ = (sa.Index("ix_challenge_use_waiter", "waiter", "expires_at"),)

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    waiter: Mapped[str] = mapped_column(sa.String(64), default="")  # keyed hash of the address of who waited instead
