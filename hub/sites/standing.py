"""When a site's standing changes, the totals and everybody who depends on it hear of it, in the same transaction."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hub.errors import HubError
from hub.extensions import db
from hub.sites import totals
from hub.sites.models import Site


class Change(enum.Enum):
    """What became different about a site. TRUSTED and DISTRUSTED also when trust pauses or is in force again."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    TRUSTED = "trusted"
    DISTRUSTED = "distrusted"
    PRIORITISED = "prioritised"
    UNPRIORITISED = "unprioritised"
    LEFT = "left"
    RETURNED = "returned"


class SiteGone(HubError):
    """The site has left or was removed, so nothing about it can be decided."""

    key = "sitegone"
    status = 409

    def __init__(self, site: Site) -> None:
        super().__init__(f"{site.title} is {site.state.value}: its standing can be changed once it registers again.")


Follower = Callable[[Site, Change], None]

followers: list[Follower] = []  # courses know sites and not the reverse: features add themselves here


def listed(site: Site) -> bool:
    """Whether visitors see the site: it is with us, and nobody hid it."""
    return site.live and site.visible


def require_live(site: Site) -> None:
    """Raise SiteGone for a site that is no longer with us."""
    if not site.live:
        raise SiteGone(site)


def hold(site: Site) -> None:
    """Keep the site from changing elsewhere until this transaction ends, and see it as it is now."""
    db.session.refresh(site, with_for_update=True)


@contextmanager
def changing(site: Site, *changes: Change) -> Iterator[None]:
    """Change the site's standing inside the block; totals and followers are told at its end."""
    before = listed(site)
    yield
    db.session.flush()
    totals.adjust(sites=listed(site) - before)
    for change in changes:
        changed(site, change)


def changed(site: Site, change: Change) -> None:
    """Tell the followers what changed about the site's standing."""
    for follow in followers:
        follow(site, change)


def joined(site: Site) -> None:
    """Count a site that is new: nobody depends on it yet."""
    db.session.flush()
    totals.adjust(sites=int(listed(site)))
