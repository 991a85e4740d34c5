"""What the moderators' overview shows of sites: those that are new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.access import Permission
from hub.admin import overview
from hub.extensions import db
from hub.sites.models import Site, SiteState

NEW_FOR = timedelta(days=7)
MOST = 8


def _new_sites() -> Mapping[str, Any]:
    since = clock.now() - NEW_FOR
    newest = sa.select(Site).where(Site.state == SiteState.LIVE, Site.registered_at >= since)
    found = db.session.scalars(newest.order_by(Site.registered_at.desc(), Site.id.desc()).limit(MOST + 1)).all()
    return {"sites": found[:MOST], "more": len(found) > MOST, "since": since.date().isoformat()}


overview.show("sites", _new_sites, Permission.SEE_MODERATION, position=10)
