"""The mails of registration: to the contact of a site, and to those who moderate."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import sqlalchemy as sa

from hub import clock
from hub.extensions import db
from hub.mail import outbox
from hub.registration.arrival import on_site
from hub.registration.models import Move
from hub.runtime import hub_url
from hub.sites.contact_link import state_page
from hub.sites.models import Site

MOST_WELCOMES_A_DAY = 10


def site_registered(site: Site, *, returned: bool) -> None:
    """To moderators: a site is new, or back."""
    outbox.queue_to_moderators("site-registered", site=site, returned=returned, link=moderation(site))


def site_welcome(site: Site) -> None:
    """To the contact of a new site: what this is about, and what to do if it was somebody else.

    Anybody may name anybody as contact, so one address gets a limited number of these a day.
    """
    if site.contact_email and _named_today(site.contact_email) <= MOST_WELCOMES_A_DAY:
        outbox.queue("site-welcome", site.contact_email, site=site, link=state_page(site, site.contact_email))


def _named_today(address: str) -> int:
    """How many sites have named this contact when they registered since yesterday."""
    since = clock.now() - timedelta(days=1)
    named = sa.select(sa.func.count()).where(Site.contact_email == address, Site.registered_at > since)
    return db.session.scalar(named) or 0


def site_changed(site: Site, old_name: str, old_url: str) -> None:
    """To moderators: the name or the URL of a site is another one."""
    outbox.queue_to_moderators(
        "site-changed", site=site, old_name=old_name or old_url, old_url=old_url, link=moderation(site)
    )


def contact_changed(site: Site, old: str, days: int) -> None:
    """To the former contact: somebody else is named as contact now."""
    if old:
        outbox.queue("site-contact-changed", old, site=site, days=days, link=state_page(site, old))


def url_taken(site: Site, to: str, *, newcomer: str, link_token: str, days: int) -> None:
    """To whoever decides for the site (moderators, when there is no address): another one asks for its place."""
    query = urlencode({"freshmoodletoken": link_token, "id": site.id})
    values: dict[str, Any] = {
        "site": site,
        "newcomer": newcomer,
        "days": days,
        "link": f"{hub_url()}/local/hub/siteregistration.php?{query}",
    }
    if to:
        outbox.queue("site-url-taken", to, **values)
    else:
        outbox.queue_to_moderators("site-url-taken", **values)


def move_asked(site: Site, to: str, *, new_url: str, link_token: str, days: int) -> None:
    """To whoever decides for the site, and to moderators: it says that it moved to another host."""
    query = urlencode({"id": site.id, "token": link_token})
    link = f"{hub_url()}/registration/move?{query}"
    if to:
        outbox.queue("site-move-asked", to, site=site, new_url=new_url, link=link, days=days)
    outbox.queue_to_moderators("site-moving", site=site, new_url=new_url, told=bool(to), link=moderation(site))


class Outcome(enum.StrEnum):
    """What became of a move."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


def move_decided(site: Site, to: Iterable[str], move: Move, outcome: Outcome) -> None:
    """To both sides, where they have an address: what became of the move."""
    for address in _each_once(to):
        outbox.queue("site-move-decided", address, site=site, new_url=move.new_url, outcome=outcome.value)


def attempt_decided(site: Site, former: str, newcomer: str) -> None:
    """To both sides: a moderator has let another installation take the site's place."""
    for address in _each_once((former, newcomer)):
        outbox.queue("site-replaced", address, site=site, link=f"{hub_url()}/connect")


def url_given(former: Site, to: str) -> None:
    """To whoever decided for a site: another installation proved that the URL is its own."""
    if to:
        outbox.queue("site-url-given", to, site=former)


def registered_again(site: Site, to: str, *, address: str) -> None:
    """To whoever decides for a site: it has registered again in a browser, and a new token was handed out."""
    if to:
        outbox.queue("site-registered-again", to, site=site, address=address, link=state_page(site, to))


def stranger(site: Site, *, asked_for: str, addresses: Sequence[str]) -> None:
    """To moderators: the contact of a site says that somebody else asks in its name."""
    outbox.queue_to_moderators(
        "site-stranger", site=site, asked_for=asked_for, addresses=addresses, link=moderation(site)
    )


def _each_once(addresses: Iterable[str]) -> list[str]:
    return list({each.casefold(): each for each in addresses if each}.values())


def site_removed(site: Site, *, reason: str, blocked: bool, huburl: str) -> None:
    """To the contact: the hub has removed the site, and where the site forgets the hub.

    Sites read ``cleanregdata`` (and not ``force``, which the original sent): it lets them forget a hub that has
    forgotten them.
    """
    if site.contact_email:
        query = f"?huburl={quote(huburl, safe='')}&force=1&unregistration=1&cleanregdata=1"
        link = on_site(site.url, "index.php") + query
        outbox.queue("site-removed", site.contact_email, site=site, reason=reason, blocked=blocked, link=link)


def site_restored(site: Site, *, huburl: str) -> None:
    """To the contact: the removal was undone, and where the site registers again."""
    if site.contact_email:
        link = f"{on_site(site.url, 'index.php')}?huburl={quote(huburl, safe='')}"
        outbox.queue("site-restored", site.contact_email, site=site, link=link)


def site_disowned(site: Site) -> None:
    """To moderators: the contact of a site says that he did not register it."""
    outbox.queue_to_moderators("site-disowned", site=site, link=moderation(site))


def moderation(site: Site) -> str:
    """Where moderators find the site."""
    return f"{hub_url()}/admin/sites/{site.id}"
