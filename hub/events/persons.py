"""A person in the details of events: addresses that sites told, and whatever was written with them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.events.models import EventDetails, EventRow
from hub.extensions import db
from hub.privacy import persons

_PORTION = 500


def find(address: str) -> list[dict[str, Any]]:
    """The events in whose details this address stands."""
    ids = list(_ids(address))
    rows: list[Any] = []
    for start in range(0, len(ids), _PORTION):
        portion = ids[start : start + _PORTION]
        query = sa.select(EventRow.id, EventRow.at, EventRow.kind, EventDetails.details).join(
            EventDetails, EventDetails.event_id == EventRow.id
        )
        rows += db.session.execute(query.where(EventRow.id.in_(portion)).order_by(EventRow.id))
    return [{"id": row.id, "at": row.at, "kind": row.kind, "details": row.details} for row in rows]


def erase(address: str) -> int:
    """Erase the details of these events; the chain holds without them."""
    ids = list(_ids(address))
    for start in range(0, len(ids), _PORTION):
        portion = ids[start : start + _PORTION]
        db.session.execute(sa.delete(EventDetails).where(EventDetails.event_id.in_(portion)))
    return len(ids)


def _ids(address: str) -> Iterator[int]:
    """Found in portions, by the text of the details first: the log can be long."""
    text = sa.func.lower(sa.cast(EventDetails.details, sa.Text))
    spellings = {json.dumps(address)[1:-1], json.dumps(address, ensure_ascii=False)[1:-1]}
    written = sa.or_(*(text.contains(each, autoescape=True) for each in spellings))
    word = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", re.IGNORECASE)
    query = sa.select(EventDetails.event_id, EventDetails.details).where(written).order_by(EventDetails.event_id)
    for event_id, details in db.session.execute(query.execution_options(yield_per=_PORTION)):
        if any(word.search(each) for each in _texts(details)):
            yield event_id


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)


persons.add(persons.Holder("events", _("Details of events"), find, erase))
