"""A site leaves, or is removed: its tokens end and its courses are withdrawn in the same transaction."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from hub import clock
from hub.courses import moderation as courses
from hub.courses import publication
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.registration import mails, restoring
from hub.registration.models import Attempt, AttemptState, Move, MoveState
from hub.runtime import hub_url
from hub.sites import matters, standing
from hub.sites.models import MatterKind, Site, SiteState
from hub.sites.standing import Change
from hub.tokens import issuing
from hub.tokens.issuing import Reason


def unregister(site: Site) -> None:
    """The site leaves by itself; nothing happens to one that left before.

    Even if it comes back, its courses do so only when it publishes them again.
    """
    if not site.live:
        return
    publication.withdraw_all_of(site)
    _leave(site, SiteState.UNREGISTERED, Reason.SITE_UNREGISTERED)
    record(Event.SITE_UNREGISTERED, site, by=site)


def give_way(site: Site, *, by: Actor, reason: str) -> None:
    """Another site takes this one's secret or URL over: this row ends, and its courses are seen no more."""
    publication.withdraw_all_of(site)
    _leave(site, SiteState.UNREGISTERED, Reason.SITE_REPLACED)
    record(Event.SITE_UNREGISTERED, site, by=by, reason=reason)


def remove(site: Site, *, by: Actor, reason: str, with_courses: bool) -> None:
    """A moderator removes the site and tells its contact; ``with_courses`` removes those as well, for good.

    Without them the removal can be undone for a while (``restoring``): its courses are set aside until then.
    """
    standing.hold(site)
    standing.require_live(site)
    before, now = restoring.standing_of(site), clock.now()
    if with_courses:
        courses.remove_all_of(site, by=by, reason=reason)
        publication.withdraw_all_of(site)
    else:
        publication.set_aside_all_of(site, now)
    _leave(site, SiteState.REMOVED, Reason.SITE_REMOVED)
    if not with_courses:
        restoring.note("remove", site, before | {"set_aside_at": now}, by=by)
    record(Event.SITE_REMOVED, site, by=by, reason=reason, with_courses=with_courses)
    mails.site_removed(site, reason=reason, blocked=False, huburl=hub_url())


def expel(site: Site, *, reason: str) -> None:
    """The site goes because its secret is blocked; its courses are kept as they are, out of sight."""
    _leave(site, SiteState.REMOVED, Reason.SECRET_BLOCKED)
    mails.site_removed(site, reason=reason, blocked=True, huburl=hub_url())


def _leave(site: Site, state: SiteState, ending: Reason) -> None:
    now = clock.now()
    with standing.changing(site, Change.LEFT):
        site.state = state
        site.trusted = site.prioritised = site.trust_paused = False
        site.prioritised_until = None
        site.left_at = site.modified_at = now
    issuing.revoke_all(site.id, ending)
    matters.close_all(site, *_ending_with(state))
    _end_waiting(site, now)


def _ending_with(state: SiteState) -> list[MatterKind]:
    """What nobody need look at any more; that a removed site had come back is not settled by its going and coming."""
    return [kind for kind in MatterKind if state is SiteState.REMOVED or kind is not MatterKind.RETURNED]


def _end_waiting(site: Site, now: datetime) -> None:
    attempts = sa.update(Attempt).where(Attempt.site_id == site.id, Attempt.state == AttemptState.OPEN)
    db.session.execute(attempts.values(state=AttemptState.EXPIRED, decided_at=now, secret=""))
    moves = sa.update(Move).where(Move.site_id == site.id, Move.state == MoveState.WAITING)
    db.session.execute(moves.values(state=MoveState.REFUSED, decided_at=now, secret=""))
