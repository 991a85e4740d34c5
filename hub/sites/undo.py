"""How acts on sites are taken back: what they changed becomes what it was, unless something newer stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hub.admin import undoing
from hub.admin.models import DoneAct
from hub.admin.undoing import UndoRefused
from hub.events.record import Actor, Event, record
from hub.sites import listing, moderation, standing
from hub.sites.models import Site
from hub.sites.standing import Change

_MOMENTS = ("prioritised_until", "contact_changed_at")
_TOLD = {  # for a column of the standing: what happens when it becomes true, and when it becomes false
    "visible": (Change.SHOWN, Change.HIDDEN),
    "trusted": (Change.TRUSTED, Change.DISTRUSTED),
    "prioritised": (Change.PRIORITISED, Change.UNPRIORITISED),
}


@undoing.undoes("show", "hide", "trust", "untrust", "prioritise", "unprioritise", "quota")
def restore_standing(done: DoneAct, *, by: Actor) -> None:
    """Give the columns back what they said before the act."""
    site = hold_unchanged(done)
    before = values(done.before)
    _require_consistent(site, before)
    with standing.changing(site, *_changes(site, before)):
        for name, value in before.items():
            setattr(site, name, value)
    note_undone(site, done, by=by)


@undoing.undoes("edit")
def restore_words(done: DoneAct, *, by: Actor) -> None:
    """Give the fields back what they said before they were corrected."""
    site = hold_unchanged(done)
    moderation.apply_edit(site, values(done.before), by=by)
    note_undone(site, done, by=by)


def hold_unchanged(done: DoneAct) -> Site:
    """The site of an act, kept from changing, as the act left it; UndoRefused names what is different by now."""
    site = listing.get(done.subject_id)
    standing.hold(site)
    different = [name for name, value in done.after.items() if undoing.plain(getattr(site, name)) != value]
    if different:
        fields = ", ".join(name.replace("_", " ") for name in different)
        raise UndoRefused(
            f"{site.title} has changed since ({fields}), so this cannot be undone. Look at its page and decide anew."
        )
    return site


def values(stored: dict[str, Any]) -> dict[str, Any]:
    """What an act noted, as the columns hold it."""
    return {
        name: datetime.fromisoformat(value) if value and name in _MOMENTS else value for name, value in stored.items()
    }


def note_undone(site: Site, done: DoneAct, *, by: Actor) -> None:
    """The one event of an undo."""
    record(Event.SITE_ACT_UNDONE, site, by=by, act=done.act, done_at=undoing.plain(done.done_at), restored=done.before)


def _require_consistent(site: Site, before: dict[str, Any]) -> None:
    trusted, prioritised = (before.get(name, getattr(site, name)) for name in ("trusted", "prioritised"))
    if prioritised and not trusted:
        raise UndoRefused(f"{site.title} has been prioritised since, which needs trust. End the priority first.")
    if not site.live and _TOLD.keys() & before.keys():
        raise UndoRefused(f"{site.title} is {site.state.value} by now. Undo that first.")


def _changes(site: Site, before: dict[str, Any]) -> Iterator[Change]:
    for name, (becomes, ceases) in _TOLD.items():
        if name in before and bool(before[name]) != getattr(site, name):
            yield becomes if before[name] else ceases
