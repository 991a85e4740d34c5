"""What the moderators' page of a site shows of its courses."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.courses.models import Course
from hub.extensions import db
from hub.sites.models import Site
from hub.sites.rooms import add_section

_SHOWN = 10


def add() -> None:
    """Put it on the page."""
    add_section("courses", 40, _newest, heading=_("Its courses"))


def _newest(site: Site) -> dict[str, Any]:
    newest = sa.select(Course).where(Course.site_id == site.id).order_by(Course.id.desc()).limit(_SHOWN)
    return {"courses": db.session.scalars(newest).all()}
