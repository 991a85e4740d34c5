"""The last step: is the site registered here? Only what the public list would say as well."""

from __future__ import annotations

from hub.doctor.cleaning import cleaned
from hub.doctor.findings import Finding, Step, Verdict
from hub.sites import listing
from hub.sites.identity import UrlUnusable
from hub.sites.models import Site, SitePrivacy


def finding(url: str, *, names_somebody: bool, moderates: bool) -> Finding:
    """Whether a site of this address is registered; to moderators also if it does not let itself be named."""
    site = _site(url) if names_somebody or moderates else None
    if site is None or not (moderates or _named(site)):
        return Finding(Step.LISTED, Verdict.NOT_ASKED, "unlisted")
    return Finding(Step.LISTED, Verdict.GOOD, "listed", {"name": cleaned(site.name or site.url)})


def _named(site: Site) -> bool:
    return site.visible and site.privacy is not SitePrivacy.NOT_DISPLAYED


def _site(url: str) -> Site | None:
    try:
        return listing.find_by_url(url)
    except UrlUnusable:
        return None
