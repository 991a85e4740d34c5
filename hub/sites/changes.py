"""What changed about a site, field by field: written by whoever applies what a site or a moderator says."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from hub import clock
from hub.events.record import Actor
from hub.extensions import db
from hub.sites.models import Site, SiteChange

PERSONAL = ("contact_name", "contact_email", "contact_phone", "street", "geolocation")
FIELDS = (
    "name",
    "url",
    "description",
    "language",
    *PERSONAL,
    "contactable",
    "email_alert",
    "privacy",
    "region_code",
    "country_code",
    "moodle_version",
    "moodle_release",
    "organisation_type",
    "publications_a_day",
    "bytes_a_day",
)
SHOWN = 50


@contextmanager
def noting(site: Site, *, by: Actor) -> Iterator[None]:
    """Write down which fields say something else after the block."""
    before = {field: getattr(site, field) for field in FIELDS}
    yield
    db.session.add_all(
        SiteChange(
            site_id=site.id,
            at=clock.now(),
            actor=by.actor,
            field=field,
            old=_text(old),
            new=_text(getattr(site, field)),
        )
        for field, old in before.items()
        if getattr(site, field) != old
    )
    db.session.flush()


def of(site: Site, limit: int = SHOWN) -> Sequence[SiteChange]:
    """The newest changes of this site, newest first."""
    newest = sa.select(SiteChange).where(SiteChange.site_id == site.id).order_by(SiteChange.id.desc()).limit(limit)
    return db.session.scalars(newest).all()


def concerning(address: str) -> sa.ColumnElement[bool]:
    """Personal changes of the sites in whose changes this address occurs: they tell about the same person."""
    named = sa.or_(sa.func.lower(SiteChange.old) == address, sa.func.lower(SiteChange.new) == address)
    sites = sa.select(SiteChange.site_id).where(SiteChange.field == "contact_email", named)
    return sa.and_(SiteChange.field.in_(PERSONAL), SiteChange.site_id.in_(sites))


def erase(which: sa.ColumnElement[bool]) -> int:
    """Forget what these changes said, though not that there was one; how many there were."""
    erased = sa.update(SiteChange).where(which, sa.not_(SiteChange.erased)).values(old="", new="", erased=True)
    answer = db.session.execute(erased, execution_options={"synchronize_session": False})
    return int(answer.rowcount)  # type: ignore[attr-defined]  # of an UPDATE


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value.value if isinstance(value, enum.Enum) else value)
