"""The public list of sites: who is named, and how many there are where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from hub import clock
from hub.extensions import db
from hub.sites import totals, visibility
from hub.sites.listing import visible
from hub.sites.models import Site, SitePrivacy

MANY = 20_000  # sites: then counting those of each country costs more than all the rest of the page
KEPT_FOR = timedelta(minutes=5)


@dataclass(frozen=True)
class Country:
    """How many sites said to be in a country, and how many of them the list names."""

    code: str
    site_count: int
    named_count: int


@dataclass(frozen=True)
class _Kept:
    """The countries as they were counted last."""

    site_count: int
    at: datetime
    countries: list[Country]


def named(country: str = "") -> sa.Select[Site]:
    """The sites that the list names, by name; those without one stand under their URL."""
    query = sa.select(Site).where(visibility.listed()).order_by(Site.name_key, Site.id)
    return query.where(Site.country_code == country) if country else query


def countries() -> list[Country]:
    """All countries with sites, those with most first. Sites that named no country are in none.

    On a hub with very many sites they are counted every few minutes, or when a site has come or gone.
    """
    site_count = totals.read().site_count
    if site_count < MANY:
        return _counted()
    kept: _Kept | None = current_app.extensions.get("hub_countries")
    if kept is None or kept.site_count != site_count or clock.now() - kept.at > KEPT_FOR:
        kept = _Kept(site_count, clock.now(), _counted())
        current_app.extensions["hub_countries"] = kept
    return kept.countries


def _counted() -> list[Country]:
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
