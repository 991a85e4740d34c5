"""What a change of a site's standing means for its courses."""

from __future__ import annotations

import sqlalchemy as sa

from hub.courses import versions, visibility
from hub.courses.models import Course, Standing
from hub.extensions import db
from hub.sites.models import Site
from hub.sites.standing import Change

_RANK = (Change.PRIORITISED, Change.UNPRIORITISED)


def follow(site: Site, change: Change) -> None:
    """Judge the site's courses anew: called after its standing changed, in the same transaction."""
    if site.trust_in_force:
        _turn(site, Standing.WAITING, Standing.TRUSTED)
        versions.adopt_all_of(site)
    elif not site.trusted:
        _turn(site, Standing.TRUSTED, Standing.WAITING)
    visibility.refresh(Course.site_id == site.id)
    if change in _RANK:
        visibility.tell(db.session.scalars(sa.select(Course.id).where(Course.site_id == site.id, Course.listed)).all())


def _turn(site: Site, before: Standing, after: Standing) -> None:
    db.session.execute(
        sa.update(Course).where(Course.site_id == site.id, Course.standing == before).values(standing=after),
        execution_options={"synchronize_session": "fetch"},
    )
