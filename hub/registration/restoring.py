"""A site that moderators removed is with us again, as it was but for its token: the removal is undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.admin import undoing
from hub.admin.models import DoneAct
from hub.admin.undoing import UndoRefused
from hub.courses import publication
from hub.events.record import Actor
from hub.extensions import db
from hub.registration import mails
from hub.runtime import hub_url
from hub.sites import listing, standing, undo
from hub.sites.models import BlockedSecret, Site, SiteState
from hub.sites.standing import Change

_STANDING = ("state", "trusted", "prioritised", "prioritised_until", "trust_paused", "left_at")
_ENDED = _("Its token stays dead: the site has to register again before it can call. Its contact is told.")


def standing_of(site: Site) -> dict[str, Any]:
    """What leaving changes about a site."""
    return {name: getattr(site, name) for name in _STANDING}


def note(act: str, site: Site, before: Mapping[str, Any], *, by: Actor) -> None:
    """Note what the site was before this act ended its registration."""
    undoing.note(act, site, before, standing_of(site), by=by, title=site.title)


@undoing.undoes("remove", notice=_ENDED)
def bring_back(done: DoneAct, *, by: Actor) -> None:
    """The site is registered again, its courses are as they were."""
    site = undo.hold_unchanged(done)
    _require_place(site)
    publication.bring_back_all_of(site, datetime.fromisoformat(done.before["set_aside_at"]))
    _stand_again(site, done, by)


@undoing.undoes("block", notice=_ENDED)
def unblock(done: DoneAct, *, by: Actor) -> None:
    """Its secret may register again, and the site is with us."""
    site = undo.hold_unchanged(done)
    db.session.execute(sa.delete(BlockedSecret).where(BlockedSecret.id == done.before["block"]))
    _require_place(site)
    _stand_again(site, done, by)


@undoing.ends("remove")
def give_up(done: DoneAct) -> None:
    """The time to undo is over, or the site came back by itself: nothing is kept of what was set aside."""
    publication.give_up_all_of(done.subject_id, datetime.fromisoformat(done.before["set_aside_at"]))


def follow(site: Site, change: Change) -> None:
    """A site that comes back by itself starts anew: its removal is not undone after that."""
    if change is Change.RETURNED:
        undoing.close(site, "remove", "block")


def _require_place(site: Site) -> None:
    """Nobody else may have its URL or its secret by now."""
    by_key, by_secret = listing.hold_known(site.url_key, site.secret_hash)
    if by_key or by_secret:
        other = by_key or by_secret
        assert other is not None
        raise UndoRefused(
            f"{other.url} (site {other.id}) is registered now with the URL or the secret of {site.title}. "
            "Remove that one first, if it is the wrong one."
        )
    if listing.is_kept_out(site.secret_hash, site.secret_stem_hash):
        raise UndoRefused(f"The secret of {site.title} is blocked. Undo that first.")


def _stand_again(site: Site, done: DoneAct, by: Actor) -> None:
    before = {name: value for name, value in undo.values(done.before).items() if name in _STANDING}
    before["trust_paused"] = False  # the move that it was paused for ended with the registration
    with standing.changing(site, Change.TRUSTED if before["trusted"] else Change.SHOWN):
        for name, value in before.items():
            setattr(site, name, SiteState(value) if name == "state" else value)
    undo.note_undone(site, done, by=by)
    mails.site_restored(site, huburl=hub_url())
