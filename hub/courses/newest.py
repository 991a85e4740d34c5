"""The courses that came last."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import joinedload

from hub.courses.models import Course
from hub.courses.visibility import visible
from hub.extensions import db


def newest(count: int) -> Sequence[Course]:
    """The visible courses published last, with their sites."""
    latest = visible().order_by(Course.published_at.desc(), Course.id.desc()).limit(count)
    return db.session.scalars(latest.options(joinedload(Course.site))).all()
