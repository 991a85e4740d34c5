"""What moderators write down about a site for one another: read by all, changed only by whoever wrote it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from hub import clock, fields
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.sites.models import Site, SiteNote

LONGEST = 5_000


class NoteEmpty(HubError):
    """A note without a word."""

    key = "noteempty"

    def __init__(self) -> None:
        super().__init__("Write something into the note, or leave it.")


class NoteNotFound(HubError):
    """There is no such note about this site."""

    key = "notenotfound"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such note about this site any more. Look at the site again.")


class NoteOfAnother(HubError):
    """Only whoever wrote a note changes or deletes it."""

    key = "noteofanother"
    status = 403

    def __init__(self) -> None:
        super().__init__("Somebody else wrote this note. Write one of your own beside it.")


def write(site: Site, text: str, *, by: Actor) -> SiteNote:
    """Keep a note about the site."""
    note = SiteNote(site_id=site.id, actor=by.actor, text=_read(text), written_at=clock.now())
    db.session.add(note)
    db.session.flush()
    record(Event.SITE_NOTE_WRITTEN, site, by=by, note=note.id, text=note.text)
    return note


def edit(site: Site, note_id: int, text: str, *, by: Actor) -> SiteNote:
    """Let one's own note say something else."""
    note, old = _own(site, note_id, by), ""
    old, note.text = note.text, _read(text)
    if note.text != old:
        note.edited_at = clock.now()
        record(Event.SITE_NOTE_EDITED, site, by=by, note=note.id, old=old, new=note.text)
    return note


def delete(site: Site, note_id: int, *, by: Actor) -> None:
    """Take one's own note away."""
    note = _own(site, note_id, by)
    db.session.delete(note)
    record(Event.SITE_NOTE_DELETED, site, by=by, note=note.id)


def of(site: Site) -> Sequence[SiteNote]:
    """The notes about this site, newest first."""
    return db.session.scalars(sa.select(SiteNote).where(SiteNote.site_id == site.id).order_by(SiteNote.id.desc())).all()


def get(site: Site, note_id: int) -> SiteNote:
    """A note about this site; NoteNotFound when there is none of this number."""
    note = db.session.get(SiteNote, note_id)
    if note is None or note.site_id != site.id:
        raise NoteNotFound
    return note


def _own(site: Site, note_id: int, by: Actor) -> SiteNote:
    note = get(site, note_id)
    if note.actor != by.actor:
        raise NoteOfAnother
    return note


def _read(text: str) -> str:
    cleaned = fields.text(text)[:LONGEST].rstrip()
    if not cleaned:
        raise NoteEmpty
    return cleaned
