"""How often backups are fetched: a number for each course and day, and nothing about who fetched them.

A number, not an event: the log of what happened is for those who act, and must not grow with every visitor.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from hub.courses.models import BackupDownloads
from hub.database import touched
from hub.extensions import db


def count(course_id: int, day: date) -> None:
    """One more download of the course's backup on this day."""
    known = sa.and_(BackupDownloads.course_id == course_id, BackupDownloads.day == day)
    more = sa.update(BackupDownloads).where(known).values(download_count=BackupDownloads.download_count + 1)
    if not touched(db.session, more):
        db.session.add(BackupDownloads(course_id=course_id, day=day, download_count=1))
        db.session.flush()


def total(course_id: int) -> int:
    """How often the backup of the course was fetched so far."""
    counted = sa.select(sa.func.sum(BackupDownloads.download_count)).where(BackupDownloads.course_id == course_id)
    return db.session.scalar(counted) or 0
