"""The job of the storage: deleting what nothing names any more."""

from __future__ import annotations

import logging

from hub.database import transaction
from hub.extensions import db
from hub.jobs.schedule import every
from hub.storage import obsolete
from hub.storage.files import files

log = logging.getLogger(__name__)


@every(minutes=10, name="sweep-storage")
def sweep() -> int:
    """Delete obsolete files, one transaction each; the number of those deleted. Running it twice does no harm."""
    keys = obsolete.due()
    db.session.rollback()
    for key in keys:
        with transaction(db.session):
            obsolete.delete(key, files())
    if keys:
        log.info("deleted %d obsolete files", len(keys))
    return len(keys)
