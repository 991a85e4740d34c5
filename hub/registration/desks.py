"""What moderators decide about those who wait for a confirmation, with what each decision does."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hub import clock
from hub.admin.acting import Act, Desk, acts_by_name, each
from hub.extensions import db
from hub.registration import blocks, moving, replacing
from hub.registration.models import Attempt, AttemptState, Move, MoveState
from hub.registration.moving import MoveNotFound
from hub.registration.replacing import AttemptNotFound
from hub.sites import listing


def _load_moves(ids: Sequence[int]) -> Sequence[Move]:
    found = db.session.scalars(moving.waiting(clock.now()).where(Move.id.in_(ids))).all()
    if not found:
        raise MoveNotFound
    return found


def _load_attempts(ids: Sequence[int]) -> Sequence[Attempt]:
    found = db.session.scalars(replacing.waiting(clock.now()).where(Attempt.id.in_(ids))).all()
    if not found:
        raise AttemptNotFound
    return found


def _accept_move(move: Move) -> str:
    site = listing.get(move.site_id)
    return str(
        gettext(
            "%(name)s lives at %(new)s from now on. Its present token ends at once; it registers again from there, is "
            "known, and keeps its courses and its trust. Both sides are told by mail.",
            name=site.title,
            new=move.new_url,
        )
    )


def _refuse_move(move: Move) -> str:
    return str(
        gettext(
            "The site stays at %(old)s, and its trust is in force again. Both sides are told by mail.",
            old=listing.get(move.site_id).url,
        )
    )


def _block_move(move: Move) -> str:
    return f"{_refuse_move(move)} " + str(
        gettext(
            "For %(days)s days nobody asks for that address, or from the same internet address, in its name.",
            days=blocks.LASTS.days,
        )
    )


def _accept_attempt(attempt: Attempt) -> str:
    return str(
        gettext(
            "The installation that asks continues the registration of %(name)s: it gets its address, its courses and "
            "its trust. The present installation's token ends at once. It registers again and is known; both sides are "
            "told by mail.",
            name=listing.get(attempt.site_id).title,
        )
    )


def _refuse_attempt(attempt: Attempt) -> str:
    return str(gettext("%(name)s stays as it is. Who asked may ask again.", name=listing.get(attempt.site_id).title))


def _block_attempt(attempt: Attempt) -> str:
    return str(
        gettext(
            "%(name)s stays as it is. For %(days)s days the same secret does not ask for its address again, nor does "
            "another unknown one from the same internet address.",
            name=listing.get(attempt.site_id).title,
            days=blocks.LASTS.days,
        )
    )


def _ask_again(asking: Attempt | Move) -> str:
    return str(gettext("The contact gets the mail with the link once more, and it goes on waiting."))


MOVES = Desk(
    acts_by_name(
        Act(
            name="accept",
            label=_("Accept the move"),
            effect=_accept_move,
            carry_out=each(moving.admit),
            done=_("Accepted: %(count)s."),
            dangerous=True,
            grave=True,
            needs_reason=True,
            offered=lambda move: move.state is MoveState.WAITING,
        ),
        Act(
            name="refuse",
            label=_("Refuse the move"),
            effect=_refuse_move,
            carry_out=each(moving.refuse),
            done=_("Refused: %(count)s."),
            dangerous=True,
            offered=lambda move: move.state is MoveState.WAITING,
        ),
        Act(
            name="block",
            label=_("Refuse and block for a week"),
            effect=_block_move,
            carry_out=each(moving.block),
            done=_("Refused and blocked: %(count)s."),
            dangerous=True,
            needs_reason=True,
            offered=lambda move: move.state is MoveState.WAITING,
        ),
        Act(
            name="ask-again",
            label=_("Ask the contact again"),
            effect=_ask_again,
            carry_out=each(moving.ask_again),
            done=_("Asked again: %(count)s."),
            offered=lambda move: move.state is MoveState.WAITING,
        ),
    ),
    _load_moves,
    lambda move: f"{listing.get(move.site_id).title} → {move.new_url}",
)

ATTEMPTS = Desk(
    acts_by_name(
        Act(
            name="accept",
            label=_("Let it take the place"),
            effect=_accept_attempt,
            carry_out=each(replacing.admit_by_moderator),
            done=_("Let in: %(count)s."),
            dangerous=True,
            grave=True,
            needs_reason=True,
            offered=lambda attempt: attempt.state is AttemptState.OPEN,
        ),
        Act(
            name="refuse",
            label=_("Refuse it"),
            effect=_refuse_attempt,
            carry_out=each(replacing.refuse),
            done=_("Refused: %(count)s."),
            dangerous=True,
            offered=lambda attempt: attempt.state is AttemptState.OPEN,
        ),
        Act(
            name="block",
            label=_("Refuse and block for a week"),
            effect=_block_attempt,
            carry_out=each(replacing.block),
            done=_("Refused and blocked: %(count)s."),
            dangerous=True,
            needs_reason=True,
            offered=lambda attempt: attempt.state is AttemptState.OPEN,
        ),
        Act(
            name="ask-again",
            label=_("Ask the contact again"),
            effect=_ask_again,
            carry_out=each(replacing.ask_again),
            done=_("Asked again: %(count)s."),
            offered=lambda attempt: attempt.state is AttemptState.OPEN,
        ),
    ),
    _load_attempts,
    lambda attempt: listing.get(attempt.site_id).url,
)


def count_waiting() -> int:
    """How many confirmations wait."""
    now = clock.now()
    waiting = (replacing.waiting(now).with_only_columns(Attempt.id), moving.waiting(now).with_only_columns(Move.id))
    return sum(
        db.session.scalar(sa.select(sa.func.count()).select_from(each.order_by(None).subquery())) or 0
        for each in waiting
    )
