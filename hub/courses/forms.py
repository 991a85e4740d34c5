"""The forms of the moderators' pages about courses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, Form, SearchField, SelectField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from hub import fields
from hub.courses.details import LONGEST_NAMES, LONGEST_TEXT
from hub.courses.models import Kind
from hub.courses.moderation import EDITABLE
from hub.courses.queue import Look, QueueCriteria
from hub.vocabulary import audiences, levels, licences, subjects

_MOST_DAYS = 100_000
_ANY = SelectChoice("", _("Any"))
_NOT_TOLD = SelectChoice("", _("Not told"))


class QueueFilter(Form):
    """Which courses to list; what is empty does not narrow."""

    visibility = SelectField(
        _("Show"),
        choices=[
            SelectChoice("waiting", _("What waits")),
            SelectChoice("visible", _("Visible")),
            SelectChoice("hidden", _("Not visible")),
            SelectChoice("any", _("All")),
        ],
        default="waiting",
    )
    search = SearchField(_("Name or description"))
    kind = SelectField(
        _("Kind"),
        choices=[_ANY, SelectChoice("enrollable", _("To join")), SelectChoice("downloadable", _("To download"))],
    )
    language = StringField(_("Language"), render_kw={"size": 8, "placeholder": "en"})
    modified = SelectField(
        _("Last change"),
        choices=[
            _ANY,
            SelectChoice("7", _("7 days")),
            SelectChoice("14", _("14 days")),
            SelectChoice("30", _("30 days")),
        ],
    )
    site = StringField(_("Site number"), render_kw={"inputmode": "numeric", "size": 8})

    @property
    def value(self) -> QueueCriteria:
        """The same as a value; unknown words do not narrow."""
        return QueueCriteria(
            look=Look(self.visibility.data) if self.visibility.data in set(Look) else Look.WAITING,
            search=fields.line(self.search.data or ""),
            site_id=_number(self.site.data),
            kind=Kind(self.kind.data) if self.kind.data in set(Kind) else None,
            language=self.language.data or "",
            modified_within=timedelta(days=int(self.modified.data))
            if self.modified.data in ("7", "14", "30")
            else None,
        )


def _number(text: str | None) -> int | None:
    word = (text or "").strip()
    return int(word) or None if word.isascii() and word.isdigit() and len(word) < 10 else None


def _days(text: str | None) -> timedelta | None:
    number = _number(text)
    return timedelta(days=number) if number and number < _MOST_DAYS else None


def _mail_address(_form: Form, field: Any) -> None:
    try:
        fields.email(field.data or "")
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _web_address(_form: Form, field: Any) -> None:
    if not (field.data or "").strip():
        return
    try:
        fields.web_url(field.data)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class CourseForm(FlaskForm):
    """What a moderator may correct in a listing. Codes that we do not know are kept unless another one is chosen."""

    fullname = StringField(_("Name"), [InputRequired(_("Please fill this in.")), Length(max=255)])
    shortname = StringField(_("Short name"), [Length(max=255)])
    description = TextAreaField(_("Description"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 6})
    course_url = URLField(_("Address of the course"), [_web_address])
    demo_url = URLField(_("Address of a demonstration"), [_web_address])
    language = StringField(_("Language"), [Length(max=30)], description=_("A code such as en or pt_br."))
    subject = SelectField(_("Subject"), validate_choice=False)
    audience = SelectField(_("For"), validate_choice=False)
    educational_level = SelectField(_("Level"), validate_choice=False)
    licence = SelectField(_("Licence"), validate_choice=False)
    publisher_name = StringField(_("Publisher"), [Length(max=255)])
    publisher_email = EmailField(_("Publisher's address"), [_mail_address])
    creator_name = StringField(_("Author"), [Length(max=255)])
    contributor_names = StringField(_("Contributors"), [Length(max=LONGEST_NAMES)])
    coverage = StringField(_("Tags"), [Length(max=LONGEST_NAMES)], description=_("Separated by commas."))
    creator_notes = TextAreaField(_("Author's notes"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 6})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("subject", _subjects())
        self._offer("audience", _titled(audiences.AUDIENCES))
        self._offer("educational_level", _titled(levels.LEVELS))
        self._offer("licence", [SelectChoice(code, each.title) for code, each in licences.LICENCES.items()])

    def _offer(self, name: str, choices: Iterable[SelectChoice]) -> None:
        field = self._fields[name]
        offered = [_NOT_TOLD, *choices]
        if field.data and field.data not in {each.value for each in offered}:
            offered.append(SelectChoice(field.data))
        field.choices = offered

    @property
    def value(self) -> dict[str, str]:
        """What the listing shall say, by column."""
        return {name: self._fields[name].data or "" for name in EDITABLE}


def _titled(titles: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, title) for code, title in titles.items()]


def _subjects() -> list[SelectChoice]:
    return [
        SelectChoice(key, title, optgroup=broad)
        for broad_key, broad, narrow in subjects.tree()
        for key, title in [(broad_key, broad), *narrow]
    ]
