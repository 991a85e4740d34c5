"""From a token in a form or an address to the site that it speaks for."""

from __future__ import annotations

import sqlalchemy as sa

from hub.extensions import db
from hub.sites.models import Site, SiteState
from hub.tokens import issuing
from hub.tokens.services import Service
from hub.webservices.faults import InvalidToken


def hold_site(token: str) -> Site:
    """The site that holds this token, kept from changing until the transaction ends; InvalidToken when none does."""
    bearer = issuing.find_bearer(token) if token else None
    if bearer is None or bearer.service is not Service.SITE or bearer.site_id is None:
        raise InvalidToken()
    site = db.session.scalar(
        sa.select(Site).where(Site.id == bearer.site_id, Site.state == SiteState.LIVE).with_for_update()
    )
    if site is None:
        raise InvalidToken()
    if not bearer.used:
        issuing.note_first_use(bearer.token_id)
    return site


def known(token: str) -> bool:
    """Whether a site that is with us holds this token."""
    bearer = issuing.find_bearer(token) if token else None
    if bearer is None or bearer.site_id is None:
        return False
    return db.session.scalar(sa.select(Site.state).where(Site.id == bearer.site_id)) is SiteState.LIVE
