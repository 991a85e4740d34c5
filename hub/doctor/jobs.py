"""The doctor's job: forgetting."""

from __future__ import annotations

from hub.database import transaction
from hub.doctor import reports
from hub.extensions import db
from hub.jobs.schedule import every


@every(minutes=60)
def forget_doctor_reports() -> None:
    """Delete the reports that are too old to be shown. Running it twice does no harm."""
    with transaction(db.session):
        reports.forget_old()
