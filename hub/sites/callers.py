"""Who calls: from the token that a caller shows to the site it speaks for."""

from __future__ import annotations

import sqlalchemy as sa

from hub import clock
from hub.database import transaction
from hub.extensions import db
from hub.lookups import Lookup
from hub.settings import declared, emergency
from hub.sites import checks
from hub.sites.models import Reachability, Site, SiteState
from hub.tokens import issuing
from hub.tokens.issuing import Reason
from hub.tokens.models import Token
from hub.tokens.services import PUBLIC_TOKEN, Service
from hub.webservices.dispatch import Caller
from hub.webservices.faults import AccessDenied, HubNotEnabled, InvalidToken, RegistrationBlocked
from hub.webservices.registry import Function

_BEARER = Lookup(
    sa.select(
        Token.id,
        sa.cast(Token.service, sa.Text),
        Token.site_id,
        Token.first_used_at.is_not(None),
        Token.revoked_at.is_not(None),
        Token.revoked_reason,
        sa.cast(Site.state, sa.Text),
        Site.moodle_version,
        Site.moodle_release,
        sa.cast(Site.reachability, sa.Text),
    )
    .outerjoin(Site, Site.id == Token.site_id)
    .where(Token.hash == sa.bindparam("token_hash"))
)
_SILENT = (Reachability.FAILING.name, Reachability.UNREACHABLE.name)


class SiteCallers:
    """The dispatcher's questions about tokens, answered from the sites that hold them."""

    def find_caller(self, token: str, function: Function) -> Caller:
        """Who shows this token. A closed hub says so to everybody: sites keep their registration meanwhile."""
        if not declared.current("hubenabled"):
            raise HubNotEnabled
        if token == PUBLIC_TOKEN:
            return _public(function)
        if not token:
            raise InvalidToken
        return _bearer(token)

    def admit(self, caller: Caller, function: Function) -> None:
        """HubReadOnly for what would change something while nothing may; calls are limited by address, beforehand.

        A call of a site that did not answer lately is a sign of life, noted once an hour at most.
        """
        if function.writes:
            emergency.require_writable()
        if caller.silent and caller.site_id is not None and not checks.heard_lately(caller.site_id):
            with transaction(db.session):
                checks.heard(caller.site_id)

    def note_first_use(self, caller: Caller) -> None:
        """The site has its token: older ones end, and the hub knows that its handover arrived."""
        if caller.token_id is None:
            return
        issuing.note_first_use(caller.token_id)
        if caller.site_id is not None:
            first = sa.update(Site).where(Site.id == caller.site_id, Site.confirmed_at.is_(None))
            db.session.execute(first.values(confirmed_at=clock.now()))


def _public(function: Function) -> Caller:
    """Whoever has no token; on a private hub refused, but never with ``invalidtoken``, which ends registrations."""
    if declared.current("privacy") == "private":
        raise AccessDenied(function.name)
    return Caller(Service.PUBLIC)


def _bearer(token: str) -> Caller:
    found = _BEARER.rows(token_hash=issuing.hashed(token))
    if not found:
        raise InvalidToken
    token_id, service, site_id, used, revoked, reason, state, version, release, reachability = found[0]
    if revoked:
        raise RegistrationBlocked if reason == Reason.SECRET_BLOCKED else InvalidToken
    if service == Service.SITE.name and state != SiteState.LIVE.name:
        raise InvalidToken
    silent = reachability in _SILENT
    return Caller(Service[service], site_id, token_id, bool(used), version or "", release or "", silent)
