"""The mails about the directory."""

from __future__ import annotations

import sqlalchemy as sa

from hub.access import Role
from hub.accounts.models import User
from hub.directory.models import Membership
from hub.extensions import db
from hub.mail import outbox
from hub.runtime import hub_url
from hub.settings import declared


def not_left(membership: Membership) -> None:
    """To administrators, once for each leaving: the directory could not be told that the hub leaves it."""
    for address in _administrators():
        outbox.queue(
            "directory-not-left",
            address,
            directory=membership.directory_url,
            private=declared.current("privacy") == "private",
            problem=membership.problem,
            link=f"{hub_url()}/admin/directory",
        )


def _administrators() -> list[str]:
    query = sa.select(User.email).where(User.banned.is_(False), User.role == Role.ADMINISTRATOR)
    addresses = list(db.session.scalars(query.distinct().order_by(User.email))) or [declared.current("contactemail")]
    return [each for each in addresses if each]
