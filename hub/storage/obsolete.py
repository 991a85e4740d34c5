"""Files that nothing names: noted in the transaction that gives them up, deleted by a job after it.

A new file is noted before it is written and struck off the list by the transaction that takes it. So whatever
happens in between, no file stays behind that nothing names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import sqlalchemy as sa

from hub import clock
from hub.database import Moment
from hub.extensions import db
from hub.storage.files import Files
from hub.storage.models import ObsoleteFile

TIME_TO_TAKE = timedelta(days=1)  # from the note until a new file counts as left behind: a slow storage needs time


def promise(keys: Iterable[str]) -> None:
    """Note new keys whose files are about to be written."""
    until = clock.now() + TIME_TO_TAKE
    db.session.add_all(ObsoleteFile(key=key, since=until) for key in keys)
    db.session.flush()


def keep(keys: Iterable[str]) -> None:
    """Strike keys off: from this transaction on, something names them."""
    db.session.execute(sa.delete(ObsoleteFile).where(ObsoleteFile.key.in_(list(keys))))


def give_up(keys: sa.Select[str]) -> None:
    """Note the keys that this query finds: nothing names them any more from this transaction on."""
    noted = keys.add_columns(sa.literal(clock.now(), Moment()))
    db.session.execute(sa.insert(ObsoleteFile).from_select(["key", "since"], noted))


def due(at_most: int = 500) -> Sequence[str]:
    """Keys whose files can be deleted now, the longest obsolete first."""
    obsolete = sa.select(ObsoleteFile.key).where(ObsoleteFile.since <= clock.now())
    return db.session.scalars(obsolete.order_by(ObsoleteFile.since, ObsoleteFile.key).limit(at_most)).all()


def delete(key: str, storage: Files) -> None:
    """Delete the file and forget its note; both may be repeated."""
    storage.delete(key)
    db.session.execute(sa.delete(ObsoleteFile).where(ObsoleteFile.key == key))
