"""A person as contact in what arrived with registrations: attempts on taken URLs, and moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.database import touched
from hub.extensions import db
from hub.privacy import persons
from hub.privacy.retention import keep
from hub.privacy.settings import keepdecided
from hub.registration.models import Attempt, AttemptState, Move, MoveState

Row = TypeVar("Row", Attempt, Move)

_TOLD = ("contactname", "contactemail", "contactphone")


def _named(model: type[Row], address: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(model.details["contactemail"].as_string()) == address


def _found(model: type[Row], address: str) -> Sequence[Row]:
    return db.session.scalars(sa.select(model).where(_named(model, address))).all()


def _finder(model: type[Row]) -> Callable[[str], list[dict[str, Any]]]:
    return lambda address: [_shown(each) for each in _found(model, address)]


def _shown(waiting: Attempt | Move) -> dict[str, Any]:
    told = {name: waiting.details.get(name) for name in _TOLD}
    return {"id": waiting.id, "site_id": waiting.site_id, **told}


def _eraser(model: type[Row]) -> Callable[[str], int]:
    def erase(address: str) -> int:
        found = _found(model, address)
        for each in found:
            each.details = {name: value for name, value in each.details.items() if name not in _TOLD}
        db.session.flush()
        return len(found)

    return erase


def forget_decided(before: datetime) -> int:
    """Empty what arrived with attempts and moves that were decided earlier; how many."""
    return sum(
        touched(db.session, sa.update(model).where(state, model.decided_at < before).values(details={}))
        for model, state in (
            (Attempt, sa.and_(Attempt.state != AttemptState.OPEN, sa.cast(Attempt.details, sa.Text) != "{}")),
            (Move, sa.and_(Move.state != MoveState.WAITING, sa.cast(Move.details, sa.Text) != "{}")),
        )
    )


persons.add(
    persons.Holder("attempts", _("Registrations of taken addresses"), _finder(Attempt), _eraser(Attempt)),
)
persons.add(persons.Holder("moves", _("Moves of sites"), _finder(Move), _eraser(Move)))
keep("what arrived with decided registrations", keepdecided.name, forget_decided)
