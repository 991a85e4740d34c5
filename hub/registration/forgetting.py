"""What is forgotten of those who asked for a confirmation, and of those who were asked: their addresses, old blocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy.sql.dml import ReturningUpdate

from hub.extensions import db
from hub.privacy import persons
from hub.privacy.retention import keep
from hub.privacy.settings import keepdecided
from hub.registration.models import Attempt, Block, Move

_ASKING: tuple[type[Attempt] | type[Move], ...] = (Attempt, Move)


def find_asked(address: str) -> list[dict[str, Any]]:
    """The attempts and moves about which this address was asked."""
    return [
        {"id": row.id, "site_id": row.site_id, "asked": row.mailed_to, "at": row.mailed_at}
        for model in _ASKING
        for row in db.session.execute(
            sa.select(model.id, model.site_id, model.mailed_to, model.mailed_at).where(_was_asked(model, address))
        )
    ]


def forget_asked(address: str) -> int:
    """Forget that this address was asked; about how many it was."""
    return sum(
        len(
            db.session.scalars(
                sa.update(model).where(_was_asked(model, address)).values(mailed_to="").returning(model.id)
            ).all()
        )
        for model in _ASKING
    )


def _was_asked(model: type[Attempt] | type[Move], address: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(model.mailed_to) == address


def forget_origins(before: datetime) -> int:
    """Forget from where decided attempts and moves came and who was asked, and the blocks that ended; how many."""
    rows = sum(len(db.session.scalars(_emptied(model, before)).all()) for model in _ASKING)
    ended = sa.delete(Block).where(Block.ends_at < before).returning(Block.id)
    return rows + len(db.session.scalars(ended).all())


def _emptied(model: type[Attempt] | type[Move], before: datetime) -> ReturningUpdate[tuple[int]]:
    known = sa.or_(model.address != "", model.mailed_to != "")
    decided = sa.update(model).where(model.decided_at < before, known)
    return decided.values(address="", mailed_to="", seen={}).returning(model.id)


persons.add(persons.Holder("confirmations", _("Mails that asked for a confirmation"), find_asked, forget_asked))
keep("where decided registrations came from", keepdecided.name, forget_origins)
