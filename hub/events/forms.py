"""The filter of the event log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import DateField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from hub import fields
from hub.events.log import LogFilter
from hub.events.record import Event


class EventFilter(Form):
    """Which events to show; what is empty, or no day, does not narrow."""

    kind = SelectField(
        _("What"), choices=[SelectChoice("", _("Everything")), *(SelectChoice(each.value) for each in Event)]
    )
    actor = StringField(_("Who"), render_kw={"placeholder": "user:1, site:5, command"})
    about = StringField(_("About"), render_kw={"placeholder": "site:5, course:12"})
    since = DateField(_("From"), [Optional()])
    until = DateField(_("To"), [Optional()])

    @property
    def value(self) -> LogFilter:
        """What is asked for."""
        subject_type, _colon, number = fields.line(self.about.data or "").partition(":")
        return LogFilter(
            kind=self.kind.data or "",
            actor=fields.line(self.actor.data or ""),
            subject_type=subject_type,
            subject_id=int(number) if number.isdecimal() and len(number) < 10 else None,
            since=self.since.data,
            until=self.until.data,
        )
