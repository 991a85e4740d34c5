"""Stored files that nothing names any more."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base


class ObsoleteFile(Base):
    """A key whose file a job deletes: noted in the transaction that gave the file up, deleted after its commit."""

    __tablename__ = "obsolete_file"

    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    since: Mapped[datetime]
