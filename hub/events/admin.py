"""The event log for moderators: filtered, newest first."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from hub import fields
from hub.access import Permission, requires
from hub.admin import history, menu
from hub.events.models import EventRow
from hub.events.record import Event
from hub.here import asked_page
from hub.paging import page_of

bp = Blueprint("events_admin", __name__)
SIZE = 50
_PAGES = {"site": "/admin/sites/", "course": "/admin/courses/"}  # where the thing of an event is shown

menu.add(_("Events"), "events_admin.index", Permission.SEE_EVENTS, position=70)


class EventFilter(Form):
    """Which events to show; what is empty does not narrow."""

    kind = SelectField(
        _("What"), choices=[SelectChoice("", _("Everything")), *(SelectChoice(each.value) for each in Event)]
    )
    actor = StringField(_("Who"), render_kw={"placeholder": "user:1, site:5, command"})
    about = StringField(_("About"), render_kw={"placeholder": "site:5, course:12"})

    @property
    def value(self) -> sa.Select[EventRow]:
        """The events asked for, newest first."""
        query = sa.select(EventRow).order_by(EventRow.id.desc())
        if self.kind.data:
            query = query.where(EventRow.kind == self.kind.data)
        if self.actor.data:
            query = query.where(EventRow.actor == fields.line(self.actor.data))
        return query.where(*_about(self.about.data or ""))


def _about(text: str) -> list[sa.ColumnElement[bool]]:
    subject_type, _colon, number = fields.line(text).partition(":")
    conditions = [EventRow.subject_type == subject_type] if subject_type else []
    if number.isdecimal() and len(number) < 10:
        conditions.append(EventRow.subject_id == int(number))
    return conditions


@bp.get("/admin/events")
@requires(Permission.SEE_EVENTS)
def index() -> ResponseReturnValue:
    """What happened."""
    form = EventFilter(request.args)
    page = page_of(form.value, asked_page(), SIZE)
    return render_template("admin/events.html", form=form, page=page, lines=history.lines(page.items), pages=_PAGES)
