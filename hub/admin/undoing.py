"""Acts that can be undone for 30 days: what they changed is noted with them, and their feature knows how to undo it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel.speaklater import LazyString

from hub import clock
from hub.admin.models import DoneAct
from hub.errors import HubError
from hub.events.record import Actor, Subject
from hub.extensions import db

LASTS = timedelta(days=30)

Rule = TypeVar("Rule", bound=Callable[..., None])

_batch: ContextVar[str] = ContextVar("batch", default="")
_undoers: dict[str, Callable[..., None]] = {}
_notices: dict[str, LazyString | str] = {}
_endings: dict[str, Callable[[DoneAct], None]] = {}


class UndoRefused(HubError):
    """What was done cannot be taken back, because something newer stands in the way."""

    key = "undorefused"
    status = 409


class NothingToUndo(HubError):
    """There is no such act, it was undone before, or too long has passed."""

    key = "nothingtoundo"
    status = 404

    def __init__(self) -> None:
        super().__init__("This cannot be undone any more: it was undone already, or 30 days have passed.")


def undoes(*acts: str, notice: LazyString | str = "") -> Callable[[Rule], Rule]:
    """Declare that the function undoes these acts: ``rule(done, by=…)``; UndoRefused says what stands in the way.

    ``notice`` is what whoever undoes has to know, because not everything comes back.
    """

    def declare(rule: Rule) -> Rule:
        _undoers.update(dict.fromkeys(acts, rule))
        _notices.update(dict.fromkeys(acts, notice))
        return rule

    return declare


def ends(*acts: str) -> Callable[[Rule], Rule]:
    """Declare what has to be done when an act of these names cannot be undone any more: ``rule(done)``."""

    def declare(rule: Rule) -> Rule:
        _endings.update(dict.fromkeys(acts, rule))
        return rule

    return declare


def notice_of(done: DoneAct) -> str:
    """What does not come back with this act, in a sentence; empty when everything does."""
    return str(_notices[done.act])


@contextmanager
def together() -> Iterator[str]:
    """What is noted inside the block can be undone at once, by the name that the block gets."""
    mark = _batch.set(secrets.token_hex(16))
    try:
        yield _batch.get()
    finally:
        _batch.reset(mark)


def note(
    act: str, subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any], *, by: Actor, title: str = ""
) -> DoneAct:
    """Note what an act changed, in its transaction; called inside the rule that did it."""
    done = DoneAct(
        batch=_batch.get() or secrets.token_hex(16),
        act=act,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        title=title[:255],
        before={name: plain(value) for name, value in before.items()},
        after={name: plain(value) for name, value in after.items()},
        actor=by.actor,
        done_at=clock.now(),
    )
    db.session.add(done)
    return done


def plain(value: Any) -> Any:
    """The value as JSON can hold it and compare it."""
    return value.isoformat() if isinstance(value, datetime) else value


def undo(done_id: int, *, by: Actor) -> DoneAct:
    """Take one act back: NothingToUndo when it is too late, UndoRefused when something newer stands in the way."""
    held = sa.select(DoneAct).where(DoneAct.id == done_id, *_open()).with_for_update()
    done = db.session.scalar(held, execution_options={"populate_existing": True})
    if done is None:
        raise NothingToUndo
    _undoers[done.act](done, by=by)
    done.undone_at = clock.now()
    return done


def undo_batch(batch: str, *, by: Actor) -> list[DoneAct]:
    """Take back everything of a batch, the newest first; all of it or, with UndoRefused, nothing."""
    numbers = db.session.scalars(
        sa.select(DoneAct.id).where(DoneAct.batch == batch, *_open()).order_by(DoneAct.subject_id, DoneAct.id.desc())
    ).all()
    if not numbers:
        raise NothingToUndo
    return [undo(number, by=by) for number in numbers]


def of(subject: Subject, limit: int = 5) -> Sequence[DoneAct]:
    """What was done to this thing and can be undone now, newest first."""
    about = (DoneAct.subject_type == subject.__tablename__, DoneAct.subject_id == subject.id)
    return db.session.scalars(sa.select(DoneAct).where(*about, *_open()).order_by(DoneAct.id.desc()).limit(limit)).all()


def of_batch(batch: str) -> Sequence[DoneAct]:
    """What was done together and can be undone now."""
    return db.session.scalars(sa.select(DoneAct).where(DoneAct.batch == batch, *_open()).order_by(DoneAct.id)).all()


def newest(limit: int = 50) -> Sequence[DoneAct]:
    """What can be undone now, newest first."""
    return db.session.scalars(sa.select(DoneAct).where(*_open()).order_by(DoneAct.id.desc()).limit(limit)).all()


def close(subject: Subject, *acts: str) -> None:
    """These acts on this thing cannot be undone any more: something else has happened to it."""
    about = (DoneAct.subject_type == subject.__tablename__, DoneAct.subject_id == subject.id, DoneAct.act.in_(acts))
    for done in db.session.scalars(sa.select(DoneAct).where(*about, DoneAct.undone_at.is_(None))).all():
        _end(done)


def forget(now: datetime, at_most: int = 200) -> int:
    """Drop the notes of acts that are older than 30 days, after what has to be done with each; how many there were."""
    old = sa.select(DoneAct).where(DoneAct.done_at <= now - LASTS).order_by(DoneAct.id).limit(at_most)
    found = db.session.scalars(old.with_for_update(skip_locked=True)).all()
    for done in found:
        _end(done)
    return len(found)


def _end(done: DoneAct) -> None:
    if done.undone_at is None and done.act in _endings:
        _endings[done.act](done)
    db.session.delete(done)


def _open() -> tuple[sa.ColumnElement[bool], ...]:
    return DoneAct.undone_at.is_(None), DoneAct.done_at > clock.now() - LASTS
