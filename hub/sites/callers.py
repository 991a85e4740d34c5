"""Who calls: from the token that a caller shows to the site it speaks for."""

from __future__ import annotations

import sqlalchemy as sa

from hub import clock
from hub.extensions import db
from hub.settings import declared
from hub.sites.models import Site, SiteState
from hub.tokens import issuing
from hub.tokens.issuing import Reason
from hub.tokens.models import Token
from hub.tokens.services import PUBLIC_TOKEN, Service
from hub.webservices.dispatch import Caller
from hub.webservices.faults import HubNotEnabled, InvalidToken, RegistrationBlocked
from hub.webservices.registry import Function

_token, _site = Token.__table__.c, Site.__table__.c
_BEARER = (
    sa.select(  # built once, of columns and not of entities: every call asks it
        _token.id,
        _token.service,
        _token.site_id,
        _token.first_used_at,
        _token.revoked_at,
        _token.revoked_reason,
        _site.state,
        _site.moodle_version,
        _site.moodle_release,
    )
    .select_from(Token.__table__.outerjoin(Site.__table__, _site.id == _token.site_id))
    .where(_token.hash == sa.bindparam("token_hash"))
)


class SiteCallers:
    """The dispatcher's questions about tokens, answered from the sites that hold them."""

    def find_caller(self, token: str, function: Function) -> Caller:
        """Who shows this token. A closed hub says so to everybody: sites keep their registration meanwhile."""
        if not declared.current("hubenabled"):
            raise HubNotEnabled
        if token == PUBLIC_TOKEN and declared.current("privacy") != "private":
            return Caller(Service.PUBLIC)
        if not token:
            raise InvalidToken
        return _bearer(token)

    def admit(self, caller: Caller, function: Function) -> None:
        """Nothing: calls are limited by address, before the dispatcher."""

    def note_first_use(self, caller: Caller) -> None:
        """The site has its token: older ones end, and the hub knows that its handover arrived."""
        if caller.token_id is None:
            return
        issuing.note_first_use(caller.token_id)
        if caller.site_id is not None:
            first = sa.update(Site).where(Site.id == caller.site_id, Site.confirmed_at.is_(None))
            db.session.execute(first.values(confirmed_at=clock.now()))


def _bearer(token: str) -> Caller:
    row = db.session.execute(_BEARER, {"token_hash": issuing.hashed(token)}).first()
    if row is None:
        raise InvalidToken
    if row.revoked_at is not None:
        raise RegistrationBlocked if row.revoked_reason == Reason.SECRET_BLOCKED else InvalidToken
    if row.service is Service.SITE and row.state is not SiteState.LIVE:
        raise InvalidToken
    return Caller(
        service=row.service,
        site_id=row.site_id,
        token_id=row.id,
        used=row.first_used_at is not None,
        version=row.moodle_version or "",
        release=row.moodle_release or "",
    )
