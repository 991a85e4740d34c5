"""The public list of sites: who is named, and how many there are where."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from hub.extensions import db
from hub.sites import visibility
from hub.sites.listing import visible
from hub.sites.models import Site, SitePrivacy


@dataclass(frozen=True)
class Country:
    """How many sites said to be in a country, and how many of them the list names."""

    code: str
    site_count: int
    named_count: int


def named(country: str = "") -> sa.Select[Site]:
    """The sites that the list names, by name; those without one stand under their URL."""
    title = sa.func.lower(sa.case((Site.name == "", Site.url), else_=Site.name))
    query = sa.select(Site).where(visibility.listed()).order_by(title, Site.id)
    return query.where(Site.country_code == country) if country else query


def countries() -> list[Country]:
    """All countries with sites, those with most first. Sites that named no country are in none."""
    site_count = sa.func.count()
    named_count = sa.func.count().filter(Site.privacy != SitePrivacy.NOT_DISPLAYED)
    counted = (
        visible()
        .with_only_columns(Site.country_code, site_count, named_count)
        .where(Site.country_code != "")
        .group_by(Site.country_code)
        .order_by(site_count.desc(), Site.country_code)
    )
    return [Country(*row) for row in db.session.execute(counted)]
