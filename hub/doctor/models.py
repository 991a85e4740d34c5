"""Reports that are kept for a while, so that an address leads to one and sites are not asked twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base, Json


class DoctorReport(Base):
    """The newest report about one address."""

    __tablename__ = "doctor_report"

    url_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # SHA-256
    url: Mapped[str] = mapped_column(sa.Text)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    content: Mapped[dict[str, Any]] = mapped_column(Json)  # findings.Report.stored()
