"""The moderators' room of what waits for a confirmation: who asks for whose address, and what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub import clock
from hub.access import Permission, requires
from hub.admin import menu, waiting
from hub.admin.acting import perform
from hub.database import retrying, transaction
from hub.extensions import db
from hub.registration import blocks, desks, evidence, guessing, moving, proofs, replacing
from hub.registration.models import Attempt, Block, Move
from hub.registration.moving import MoveNotFound
from hub.registration.replacing import AttemptNotFound
from hub.sites import matters
from hub.sites.models import MatterKind, Site, SiteMatter
from hub.sites.probe import UPDATE_SECONDS

Row = TypeVar("Row", Attempt, Move, Block)

bp = Blueprint("confirmations", __name__)

MOST_SHOWN = 100
_NUMBER = "<int(max=2147483647):number>"

menu.add(_("Confirmations"), "confirmations.queue", Permission.SEE_MODERATION, position=25)


def _count_matters() -> int:
    waiting = sa.select(sa.func.count()).where(SiteMatter.closed_at.is_(None), SiteMatter.kind != MatterKind.MOVE)
    return db.session.scalar(waiting) or 0


waiting.add(_("Confirmations"), desks.count_waiting, "confirmations.queue", Permission.SEE_MODERATION)
waiting.add(_("Matters about sites"), _count_matters, "confirmations.queue", Permission.SEE_MODERATION)


@bp.get("/admin/sites/matters")
@requires(Permission.SEE_MODERATION)
def queue() -> ResponseReturnValue:
    """Everything about sites that waits for somebody, oldest first."""
    now = clock.now()
    return render_template(
        "admin/matters.html",
        moves=_with_sites(moving.waiting(now), Move),
        attempts=_with_sites(replacing.waiting(now), Attempt),
        blocks=_with_sites(blocks.holding(), Block),
        rows=db.session.execute(matters.waiting().where(SiteMatter.kind != MatterKind.MOVE).limit(MOST_SHOWN)).all(),
        until={"move": moving.expires_at, "attempt": replacing.expires_at},
    )


def _with_sites(query: sa.Select[Any], model: type[Row]) -> Sequence[tuple[Row, Site]]:
    joined = query.add_columns(Site).join(Site, Site.id == model.site_id).limit(MOST_SHOWN)
    return [(asking, site) for asking, site in db.session.execute(joined)]


@bp.get(f"/admin/sites/moves/{_NUMBER}")
@requires(Permission.SEE_MODERATION)
def move(number: int) -> ResponseReturnValue:
    """A move to another host, with the evidence side by side."""
    asking = db.session.get(Move, number)
    if asking is None:
        raise MoveNotFound
    return _page(asking, acts=desks.MOVES.offered(asking), until=moving.expires_at(asking))


@bp.get(f"/admin/sites/attempts/{_NUMBER}")
@requires(Permission.SEE_MODERATION)
def attempt(number: int) -> ResponseReturnValue:
    """An unknown site on a taken address, with the evidence side by side."""
    asking = db.session.get(Attempt, number)
    if asking is None:
        raise AttemptNotFound
    return _page(asking, acts=desks.ATTEMPTS.offered(asking), until=replacing.expires_at(asking))


def _page(asking: Attempt | Move, **values: Any) -> str:
    found = evidence.of(asking)
    return render_template(
        "admin/confirmation.html",
        asking=asking,
        kind="move" if isinstance(asking, Move) else "attempt",
        evidence=found,
        facts=list(evidence.facts(found)),
        guess=guessing.guess(evidence.clues_of(found)) if isinstance(asking, Move) else None,
        proofs=proofs.of(found.site),
        **values,
    )


@bp.post("/admin/sites/moves/acts")
@requires(Permission.MODERATE_SITES)
def act_on_moves() -> ResponseReturnValue:
    """Decide about a move."""
    return perform(desks.MOVES, back=url_for(".queue"))


@bp.post("/admin/sites/attempts/acts")
@requires(Permission.MODERATE_SITES)
def act_on_attempts() -> ResponseReturnValue:
    """Decide about an unknown site on a taken address."""
    return perform(desks.ATTEMPTS, back=url_for(".queue"))


@bp.post(f"/admin/sites/moves/{_NUMBER}/examine")
@requires(Permission.MODERATE_SITES)
def examine_move(number: int) -> ResponseReturnValue:
    """Ask both addresses of a move whether they answer, now."""
    examine(moving.get_waiting(number), moving.get_waiting)
    return redirect(url_for(".move", number=number))


@bp.post(f"/admin/sites/attempts/{_NUMBER}/examine")
@requires(Permission.MODERATE_SITES)
def examine_attempt(number: int) -> ResponseReturnValue:
    """Ask the address of an attempt whether it answers, now."""
    examine(replacing.get_open(number), replacing.get_open)
    return redirect(url_for(".attempt", number=number))


def examine(asking: Attempt | Move, get: Any) -> None:
    """Ask the addresses, outside any transaction, and keep what they answered."""
    number, urls, by = asking.id, evidence.urls(asking), current_user._get_current_object()
    db.session.rollback()
    ask = current_app.extensions["hub_probe"]
    seen = {which: (url, ask(url, UPDATE_SECONDS)) for which, url in urls.items()}
    retrying(db.session, lambda: evidence.note(get(number), seen, by=by))


@bp.post(f"/admin/sites/blocks/{_NUMBER}/lift")
@requires(Permission.MODERATE_SITES)
def lift_block(number: int) -> ResponseReturnValue:
    """Let somebody who was sent away ask again."""
    with transaction(db.session):
        blocks.lift(number, by=current_user._get_current_object())
    flash(gettext("The block is lifted."), "success")
    return redirect(url_for(".queue"))
