"""What about sites waits for a moderator: opened by the rules that meet it, closed when somebody has dealt with it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.extensions import db
from hub.sites.models import MatterKind, Site, SiteMatter


def open_matter(site: Site, kind: MatterKind, **details: Any) -> SiteMatter:
    """Let this wait for a moderator; what waits already is brought up to date instead."""
    db.session.flush()
    matter = db.session.scalar(_open().where(SiteMatter.site_id == site.id, SiteMatter.kind == kind))
    if matter is None:
        matter = SiteMatter(site_id=site.id, kind=kind, details={}, opened_at=clock.now())
        db.session.add(matter)
    matter.details = {**matter.details, **details}
    db.session.flush()
    return matter


def close(matter: SiteMatter) -> None:
    """Somebody has dealt with it."""
    matter.closed_at = matter.closed_at or clock.now()


def close_all(site: Site, *kinds: MatterKind) -> None:
    """Nothing of these kinds (of any, when none is named) waits about this site any more."""
    which = [SiteMatter.site_id == site.id, SiteMatter.closed_at.is_(None)]
    if kinds:
        which.append(SiteMatter.kind.in_(kinds))
    db.session.execute(sa.update(SiteMatter).where(*which).values(closed_at=clock.now()))


def find(matter_id: int) -> SiteMatter | None:
    """The matter of this number."""
    return db.session.get(SiteMatter, matter_id)


def of(site: Site) -> list[SiteMatter]:
    """What waits about this site, oldest first."""
    return list(db.session.scalars(_open().where(SiteMatter.site_id == site.id).order_by(SiteMatter.id)))


def waiting() -> sa.Select[SiteMatter, Site]:
    """Everything that waits, with its site, oldest first."""
    return (
        sa.select(SiteMatter, Site)
        .join(Site, Site.id == SiteMatter.site_id)
        .where(SiteMatter.closed_at.is_(None))
        .order_by(SiteMatter.id)
    )


def _open() -> sa.Select[SiteMatter]:
    return sa.select(SiteMatter).where(SiteMatter.closed_at.is_(None))
