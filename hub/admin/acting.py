"""What a moderator does to one thing or to many: named acts, asked about first where they are many or dangerous."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, Form, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hub.access import ask_for_proof
from hub.accounts.models import User
from hub.accounts.returning import local_path
from hub.admin import undoing
from hub.database import retrying
from hub.errors import HubError
from hub.extensions import db
from hub.here import LARGEST_ID

Thing = TypeVar("Thing")

MOST_AT_ONCE = 100


class Asked(Form):
    """What an act wants to know besides the reason."""

    @property
    def value(self) -> dict[str, Any]:
        """The same as arguments of its rule."""
        return {name: field.data for name, field in self._fields.items()}


@dataclass(frozen=True)
class Act(Generic[Thing]):
    """Something a moderator may do: its button, what it will do to a thing in a sentence, and the rule that does it."""

    name: str
    label: str
    effect: Callable[[Thing], str]
    carry_out: Callable[..., object]  # with the things, who acts, the reason, and by name what its form asked for
    done: str
    dangerous: bool = False  # asks "are you sure?" for a single thing too
    needs_reason: bool = False
    grave: bool = False  # asks for a fresh proof of who acts, such as the password
    form: type[Asked] | None = None  # what else has to be known: it is asked for before anything happens
    offered: Callable[[Thing], bool] = lambda thing: True  # whether it makes sense for this thing, as it is now


@dataclass(frozen=True)
class Desk(Generic[Thing]):
    """One kind of thing that moderators act on: the acts by name, what loads things by id, and what a thing is called.

    ``load`` gives what is there of the ids asked for.
    """

    acts: dict[str, Act[Thing]]  # features above add theirs
    load: Callable[[Sequence[int]], Sequence[Thing]]
    title: Callable[[Thing], str]
    undo: str = ""  # the endpoint that takes back what can be undone, by its batch

    def offered(self, thing: Thing) -> list[Act[Thing]]:
        """The acts that make sense for this thing now."""
        return [act for act in self.acts.values() if act.offered(thing)]


class ReasonMissing(HubError):
    """An act that others will ask about was done without saying why."""

    key = "reasonmissing"


def _row_id(text: str) -> int:
    number = int(text)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(text)
    return number


class ActForm(FlaskForm):
    """Which act, on which things, and why."""

    act = StringField(validators=[InputRequired()])
    ids = SelectMultipleField(coerce=_row_id, validate_choice=False, validators=[Length(max=MOST_AT_ONCE)])
    reason = TextAreaField(lazy("Reason"), [Length(max=2000)], render_kw={"rows": 3})
    bulk = BooleanField()  # sent by lists: what was ticked is shown again before anything happens
    confirmed = BooleanField()
    back = HiddenField()


def acts_by_name(*acts: Act[Thing]) -> dict[str, Act[Thing]]:
    """The acts of one kind of thing, in the order of their buttons."""
    return {act.name: act for act in acts}


def each(rule: Callable[..., object], **how: object) -> Callable[..., object]:
    """Carry out an act by a rule for one thing: ``rule(thing, by=…, reason=…)`` for each."""

    def carry_out(things: Sequence[Thing], by: User, reason: str, **asked: object) -> None:
        for thing in things:
            rule(thing, by=by, reason=reason, **how, **asked)

    return carry_out


def together(rule: Callable[..., object]) -> Callable[..., object]:
    """Carry out an act by a rule for many things: ``rule(things, by=…, reason=…)``."""
    return lambda things, by, reason: rule(things, by=by, reason=reason)


def perform(desk: Desk[Any], back: str) -> ResponseReturnValue:
    """Answer a request to act: ask first where that is due, else do it to exactly the things that were sent.

    ``back`` is the page to return to unless the form names another one of ours.
    """
    form = ActForm()
    act = desk.acts.get(form.act.data or "")
    if act is None or not form.validate():
        abort(400)
    if act.grave and not current_user.proved_lately:
        return cast(ResponseReturnValue, ask_for_proof())
    back = local_path(form.back.data) or back
    if not form.ids.data:
        flash(_("Nothing was ticked. Tick what you mean, then choose again."), "warning")
        return redirect(back)
    asked = act.form(request.form if form.confirmed.data else None) if act.form else None
    if (act.dangerous or asked is not None or form.bulk.data) and not form.confirmed.data:
        return _ask(desk, act, form, back, asked)
    return _carry_out(desk, act, form, back, asked)


def _carry_out(desk: Desk[Any], act: Act[Any], form: ActForm, back: str, asked: Asked | None) -> ResponseReturnValue:
    if asked is not None and not asked.validate():
        return _ask(desk, act, form, back, asked), 422
    try:
        count, batch = retrying(db.session, lambda: _act_together(desk, act, form, asked))
    except HubError as error:
        return _ask(desk, act, form, back, asked, complaint=error.message), 422
    done = act.done % {"count": count}
    flash(_with_undo(done, url_for(desk.undo, batch=batch), back) if batch else done, "success")
    return redirect(back)


def _act_together(desk: Desk[Any], act: Act[Any], form: ActForm, asked: Asked | None) -> tuple[int, str]:
    """On how many things it was done, and the name by which all of it can be undone, if it can."""
    with undoing.together() as batch:
        count = _act_on_each(desk, act, form, asked)
        return count, batch if desk.undo and undoing.of_batch(batch) else ""


def _with_undo(done: str, target: str, back: str) -> Markup:
    offer = render_template("admin/undo_offer.html", done=done, target=target, back=back)
    return Markup(offer)  # noqa: S704  # the template has escaped it


def _act_on_each(desk: Desk[Any], act: Act[Any], form: ActForm, asked: Asked | None) -> int:
    reason = (form.reason.data or "").strip()
    if act.needs_reason and not reason:
        raise ReasonMissing(_("Write the reason: it is kept with the event, and others will ask."))
    things = desk.load(form.ids.data or [])
    act.carry_out(things, current_user._get_current_object(), reason, **(asked.value if asked else {}))
    return len(things)


def _ask(
    desk: Desk[Any], act: Act[Any], form: ActForm, back: str, asked: Asked | None, *, complaint: str | None = None
) -> str:
    things = desk.load(form.ids.data or [])
    if not things:
        abort(404)
    return render_template(
        "admin/confirm.html",
        act=act,
        effects=[(thing.id, desk.title(thing), act.effect(thing)) for thing in things],
        form=form,
        asked=asked,
        back=back,
        target=request.path,
        complaint=complaint,
    )
