"""Where a site is found, below the hub's address."""

from __future__ import annotations

from urllib.parse import quote

from hub.sites.models import Site
from hub.slugs import slug


def page(site: Site) -> str:
    """The site's page."""
    return f"/sites/{site.id}/{quote(slug(site.title))}"
