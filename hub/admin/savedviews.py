"""The filters and the order of a list, kept under a name: one's own, and those that others share."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa

from hub import clock, fields
from hub.accounts.models import User
from hub.admin.models import SavedView
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.extensions import db

LONGEST_NAME = 80
LONGEST_QUERY = 2_000
MOST = 50  # of one person in one room
_PLACE = {"after", "before", "page", "view", "csrf_token"}  # say where in the list, not which list


class ViewUnusable(HubError):
    """A view without a name, or too many of them."""

    key = "viewunusable"


class ViewNotFound(HubError):
    """There is no such view, or it is somebody else's."""

    key = "viewnotfound"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such view any more. Choose another one from the list.")


def save(room: str, name: str, query: str, *, owner: User, shared: bool = False, chosen: bool = False) -> SavedView:
    """Keep this query under this name, in place of what its owner had kept under it before."""
    name = fields.line(name, LONGEST_NAME)
    if not name:
        raise ViewUnusable("Give the view a name, so that you find it again.")
    own = db.session.scalars(_own(room, owner).with_for_update()).all()
    view = next((each for each in own if each.name == name), None)
    if view is None and len(own) >= MOST:
        raise ViewUnusable(f"You have {MOST} views here already. Delete one first.")
    view = view or SavedView(room=room, owner_id=owner.id, name=name, query="", saved_at=clock.now())
    view.query, view.shared, view.saved_at = tidy(query), shared, clock.now()
    db.session.add(view)
    _choose(own, view, chosen)
    record(Event.VIEW_SAVED, None, by=owner, room=room, name=name, query=view.query, shared=shared, chosen=chosen)
    return view


def change(view: SavedView, *, by: Actor, shared: bool, chosen: bool) -> None:
    """Share one's view or no longer, and see it first or no longer."""
    owner = db.session.get_one(User, view.owner_id)
    view.shared = shared
    _choose(db.session.scalars(_own(view.room, owner).with_for_update()).all(), view, chosen)
    record(Event.VIEW_CHANGED, None, by=by, room=view.room, name=view.name, shared=shared, chosen=chosen)


def delete(view: SavedView, *, by: Actor) -> None:
    """Forget a view."""
    db.session.delete(view)
    record(Event.VIEW_DELETED, None, by=by, room=view.room, name=view.name)


def get_own(room: str, view_id: int, person: User) -> SavedView:
    """One's own view of this number; ViewNotFound for any other."""
    view = db.session.get(SavedView, view_id)
    if view is None or (view.room, view.owner_id) != (room, person.id):
        raise ViewNotFound
    return view


def of(room: str, person: User) -> Sequence[SavedView]:
    """The views that this person can choose: the own ones first, then those that others share, by name."""
    theirs = SavedView.owner_id == person.id
    readable = sa.select(SavedView).where(SavedView.room == room, sa.or_(theirs, SavedView.shared))
    return db.session.scalars(readable.order_by(theirs.desc(), SavedView.name, SavedView.id).limit(200)).all()


def all_of(room: str) -> Sequence[SavedView]:
    """The views of everybody, by number."""
    return db.session.scalars(sa.select(SavedView).where(SavedView.room == room).order_by(SavedView.id)).all()


def tidy(query: str) -> str:
    """The parts of a query that say which list it is, without those that are empty."""
    kept = [(name, value) for name, value in parse_qsl(query.lstrip("?")) if value and name not in _PLACE]
    return urlencode(kept)[:LONGEST_QUERY]


def _own(room: str, owner: User) -> sa.Select[SavedView]:
    return sa.select(SavedView).where(SavedView.room == room, SavedView.owner_id == owner.id)


def _choose(own: Sequence[SavedView], view: SavedView, chosen: bool) -> None:
    """At most one view of a person is the first that he sees."""
    for each in own if chosen else ():
        each.chosen = False
    view.chosen = chosen
    db.session.flush()
