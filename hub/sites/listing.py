"""Finding sites: one by its id, URL or secret, or many by what moderators and visitors look for."""

from __future__ import annotations

import sqlalchemy as sa

from hub.errors import HubError
from hub.extensions import db
from hub.sites import visibility
from hub.sites.identity import url_key
from hub.sites.models import BlockedSecret, Hider, Site, SiteState


class SiteNotFound(HubError):
    """There is no such site."""

    key = "sitenotfound"
    status = 404


class UrlAlreadyRegistered(HubError):
    """Another site is registered under this URL."""

    key = "urlalreadyexist"
    status = 409

    def __init__(self, url: str) -> None:
        super().__init__(
            f"Another site is registered with this hub under {url}. If it is yours, register from that address again; "
            "otherwise ask the administrator of the hub."
        )


def get(site_id: int) -> Site:
    """The site of this number, whatever its state; SiteNotFound when there is none."""
    site = db.session.get(Site, site_id)
    if site is None:
        raise SiteNotFound("There is no site of this number. Search for it in the list of sites.")
    return site


def hold(site_id: int) -> Site:
    """The site of this number, kept from changing until the transaction ends; SiteNotFound when it is not with us."""
    site = db.session.scalar(_held(live().where(Site.id == site_id)))
    if site is None:
        raise SiteNotFound("This site is not registered with this hub any more. Register it again.")
    return site


def get_by_url(url: str) -> Site:
    """The live site of this URL; SiteNotFound says so."""
    site = find_by_url(url)
    if site is None:
        raise SiteNotFound(f"No site is registered under {url}. See the list of sites for their URLs.")
    return site


def find_by_url(url: str) -> Site | None:
    """The live site of this URL, however it is spelt; UrlUnusable for what is no URL."""
    return db.session.scalar(live().where(Site.url_key == url_key(url)))


def hold_by_key(key: str) -> Site | None:
    """The live site of this URL key, kept from changing until the transaction ends."""
    return db.session.scalar(_held(live().where(Site.url_key == key)))


def hold_known(key: str, secret_hash: str) -> tuple[Site | None, Site | None]:
    """The live site of this URL key, and the one with this secret, kept from changing until the transaction ends.

    Both are held by one statement, in the order of their numbers: two sites that each want the other's place must
    not wait for each other.
    """
    either = sa.or_(Site.url_key == key, Site.secret_hash == secret_hash)
    found = db.session.scalars(_held(live().where(either).order_by(Site.id))).all()
    by_key = next((site for site in found if site.url_key == key), None)
    return by_key, next((site for site in found if site.secret_hash == secret_hash), None)


def find_left(key: str) -> Site | None:
    """A site that was under this URL and is no longer with us: one that moderators sent away or hid, else the last."""
    gone = sa.select(Site).where(Site.url_key == key, Site.state != SiteState.LIVE)
    unwelcome = sa.or_(
        Site.state == SiteState.REMOVED, sa.and_(sa.not_(Site.visible), Site.hidden_by != Hider.REACHABILITY)
    )
    return db.session.scalar(gone.order_by(unwelcome.desc(), Site.left_at.desc(), Site.id.desc()).limit(1))


def get_left(url: str) -> Site:
    """A site that was under this URL and is no longer with us; SiteNotFound when there was none."""
    site = find_left(url_key(url))
    if site is None:
        raise SiteNotFound(f"No site is or was registered under {url}. See the list of sites for their URLs.")
    return site


def hold_returning(key: str, secret_hash: str) -> Site | None:
    """The site that left this URL and had this secret: it alone may have its row again."""
    gone = sa.select(Site).where(Site.url_key == key, Site.secret_hash == secret_hash, Site.state != SiteState.LIVE)
    return db.session.scalar(_held(gone.order_by(Site.left_at.desc(), Site.id.desc()).limit(1)))


def _held(sites: sa.Select[Site]) -> sa.Select[Site]:
    """These sites, kept from changing until the transaction ends, and seen as they are now: whoever waited for
    somebody else's change must not decide by what it had read before.
    """
    return sites.with_for_update().execution_options(populate_existing=True)


def is_kept_out(secret_hash: str, stem_hash: str | None) -> bool:
    """Whether a secret is blocked, or one that differs only in the 14 digits which recent Moodles append."""
    hashes = [each for each in (secret_hash, stem_hash) if each]
    matching = sa.or_(BlockedSecret.secret_hash.in_(hashes), BlockedSecret.stem_hash.in_(hashes))
    return db.session.scalar(sa.select(BlockedSecret.id).where(matching).limit(1)) is not None


def free_key(url: str, *, but: Site | None = None) -> str:
    """The key of a URL that no other live site has; UrlAlreadyRegistered otherwise."""
    key = url_key(url)
    holder = hold_by_key(key)
    if holder is not None and holder is not but:
        raise UrlAlreadyRegistered(url)
    return key


def live() -> sa.Select[Site]:
    """Sites that are registered now."""
    return sa.select(Site).where(Site.state == SiteState.LIVE)


def visible() -> sa.Select[Site]:
    """Sites that visitors may see."""
    return sa.select(Site).where(visibility.predicate())
