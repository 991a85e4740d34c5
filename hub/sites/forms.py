"""The forms of the moderators' pages about sites."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Form,
    HiddenField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from hub import fields
from hub.admin import savedviews
from hub.admin.acting import Asked
from hub.sites import corrections, messages, notes
from hub.sites.finding import Order, SiteCriteria
from hub.sites.models import Reachability, SiteState
from hub.vocabulary import countries

Word = TypeVar("Word", bound=enum.StrEnum)

_ANY = SelectChoice("", _("Any"))
_YES_NO = {"": None, "1": True, "0": False}
_MEGABYTE = 1_000_000


def country_choices() -> list[SelectChoice]:
    """All countries by name, in the language of whoever looks."""
    named = countries.choices(str(get_locale() or "en"))
    return [SelectChoice(code, name) for code, name in named]


class SiteFilter(Form):
    """Which sites to list, and in which order; what is empty does not narrow, and neither do unknown words."""

    search = SearchField(_("Name, description or URL"))
    state = SelectField(
        _("State"),
        choices=[
            SelectChoice("live", _("Registered")),
            SelectChoice("unregistered", _("Unregistered")),
            SelectChoice("removed", _("Removed")),
            SelectChoice("all", _("All")),
        ],
        default="live",
    )
    trusted = SelectField(_("Trusted"), choices=[_ANY, SelectChoice("1", _("Trusted")), SelectChoice("0", _("Not"))])
    visible = SelectField(_("Visible"), choices=[_ANY, SelectChoice("1", _("Visible")), SelectChoice("0", _("Hidden"))])
    prioritised = SelectField(
        _("Prioritised"), choices=[_ANY, SelectChoice("1", _("Prioritised")), SelectChoice("0", _("Not"))]
    )
    reachability = SelectField(
        _("Reachability"),
        choices=[
            _ANY,
            SelectChoice("reachable", _("Reachable")),
            SelectChoice("failing", _("Did not answer lately")),
            SelectChoice("unreachable", _("Unreachable")),
            SelectChoice("unknown", _("Not asked yet")),
        ],
    )
    waiting = SelectField(_("Courses"), choices=[_ANY, SelectChoice("1", _("Some wait"))])
    countrycode = SelectField(_("Country"), validate_choice=False)
    language = StringField(_("Language"), render_kw={"size": 8, "placeholder": "en"})
    version = StringField(_("Moodle"), render_kw={"size": 6, "placeholder": "4.5"})
    contact = StringField(_("Contact address begins with"), render_kw={"placeholder": "ada@"})
    since = DateField(_("Registered since"), [Optional()])
    sort = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.countrycode.choices = [_ANY, *country_choices()]

    @property
    def value(self) -> SiteCriteria:
        """What to look for."""
        word = (self.sort.data or "").removeprefix("-")
        return SiteCriteria(
            search=fields.line(self.search.data or ""),
            contact=fields.line(self.contact.data or ""),
            state=_state(self.state.data),
            visible=_YES_NO.get(self.visible.data),
            trusted=_YES_NO.get(self.trusted.data),
            prioritised=_YES_NO.get(self.prioritised.data),
            country=_unless_all(self.countrycode.data),
            language=_unless_all(self.language.data),
            version=fields.line(self.version.data or "", 10),
            reachability=one_of(Reachability, self.reachability.data),
            since=self.since.data,
            waiting=self.waiting.data == "1",
            order=one_of(Order, word) or Order.STANDING,
            descending=(self.sort.data or "").startswith("-"),
        )

    @property
    def narrowing(self) -> list[str]:
        """The names of the fields behind "more filters" that narrow now."""
        rare = ("visible", "prioritised", "waiting", "language", "version", "contact", "since")
        return [name for name in rare if self[name].data]


def one_of(words: type[Word], word: str | None) -> Word | None:
    """The member of this value, or nothing."""
    return words(word) if word in set(words) else None


def _unless_all(word: str | None) -> str:
    return "" if not word or word == "all" else fields.code(word)


def _state(word: str | None) -> SiteState | None:
    return None if word == "all" else one_of(SiteState, word) or SiteState.LIVE


def _read_by(reader: Any) -> Any:
    def validate(_form: Form, field: Any) -> None:
        try:
            field.data = reader(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return validate


def _count_or_none(value: Any) -> int | None:
    return fields.count(str(value)) if value is not None and str(value).strip() else None


class SiteForm(FlaskForm):
    """What a moderator may correct about a site."""

    name = StringField(_("Name"), [Length(max=255), _read_by(fields.line)])
    url = URLField(
        _("URL"),
        [_read_by(fields.web_url)],
        description=_("The site keeps its identity, its token and its courses."),
    )
    description = TextAreaField(_("Description"), [Length(max=20_000), _read_by(fields.text)], render_kw={"rows": 5})
    contact_name = StringField(_("Contact"), [Length(max=255), _read_by(fields.line)])
    contact_email = EmailField(_("Contact address"), [_read_by(fields.email)])
    language = StringField(
        _("Language"), [_read_by(corrections.language)], description=_("A code such as en or pt_br.")
    )
    country_code = SelectField(_("Country"), [_read_by(corrections.country)], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country_code.choices = [SelectChoice("", _("Not told")), *country_choices()]

    @property
    def value(self) -> dict[str, Any]:
        """What the site's row shall say, by field."""
        return {name: field.data for name, field in self._fields.items() if name != "csrf_token"}


class PriorityForm(Asked):
    """Until when a site is prioritised."""

    until = DateField(
        _("Until the end of"), [Optional()], description=_("The priority ends by itself after this day. Empty: never.")
    )

    @property
    def value(self) -> dict[str, Any]:
        """The moment at which the day is over, in UTC."""
        day = self.until.data
        return {"until": datetime.combine(day + timedelta(days=1), time(), UTC) if day else None}


class QuotaForm(Asked):
    """How much a site may publish and send."""

    publications_a_day = StringField(
        _("Courses in 24 hours"),
        [_read_by(_count_or_none)],
        description=_("0: none; empty: as the hub's settings say."),
        render_kw={"inputmode": "numeric"},
    )
    megabytes_a_day = StringField(
        _("Megabytes of files a day"),
        [_read_by(_count_or_none)],
        description=_("Holds while the site is not trusted. 0: none; empty: as the hub's settings say."),
        render_kw={"inputmode": "numeric"},
    )

    @property
    def value(self) -> dict[str, Any]:
        """As the site's row keeps them."""
        megabytes: Any = self.megabytes_a_day.data
        return {
            "publications_a_day": self.publications_a_day.data,
            "bytes_a_day": None if megabytes is None else megabytes * _MEGABYTE,
        }


class MessageForm(Asked):
    """What a moderator writes to the contact."""

    subject = StringField(_("Subject"), [InputRequired(), Length(max=messages.LONGEST_SUBJECT)])
    text = TextAreaField(_("Text"), [InputRequired(), Length(max=messages.LONGEST_TEXT)], render_kw={"rows": 8})


class NoteForm(FlaskForm):
    """A note about a site."""

    text = TextAreaField(_("Note"), [InputRequired(), Length(max=notes.LONGEST)], render_kw={"rows": 3})


class ViewForm(FlaskForm):
    """A view to be saved, or how one is used."""

    name = StringField(_("Name"), [Length(max=savedviews.LONGEST_NAME)])
    shared = BooleanField(_("Others may use it"))
    chosen = BooleanField(_("Show it to me first"))
