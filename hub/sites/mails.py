"""The mails to the contact of a site that does not answer, or answers again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from hub.mail import outbox
from hub.runtime import hub_url
from hub.sites.contact_link import why_page
from hub.sites.models import Site


def unreachable(site: Site, cause: str) -> None:
    """The hub has not reached the site for days."""
    _to_contact("site-unreachable", site, cause=cause)


def hiding_soon(site: Site, cause: str, day: datetime) -> None:
    """The site will be hidden from this day on unless it answers."""
    _to_contact("site-hiding-soon", site, cause=cause, day=day)


def hidden(site: Site, cause: str) -> None:
    """The site is hidden now, and what brings it back."""
    _to_contact("site-hidden", site, cause=cause)


def reachable_again(site: Site) -> None:
    """It is over."""
    _to_contact("site-reachable-again", site)


def _to_contact(name: str, site: Site, **values: Any) -> None:
    if site.contact_email:
        doctor = f"{hub_url()}/doctor?{urlencode({'url': site.url})}"
        outbox.queue(name, site.contact_email, site=site, link=why_page(site), doctor=doctor, **values)
