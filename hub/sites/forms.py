"""The forms of the moderators' pages about sites."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, Form, SearchField, SelectField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from hub import fields
from hub.challenge import ChallengeField
from hub.sites.letters import Letter
from hub.sites.models import SiteState
from hub.vocabulary import countries, languages

_ANY = SelectChoice("", _("Any"))
_YES_NO = {"": None, "1": True, "0": False}


def country_choices() -> list[SelectChoice]:
    """All countries by name, in the language of whoever looks."""
    named = countries.choices(str(get_locale() or "en"))
    return [SelectChoice(code, name) for code, name in named]


class LetterForm(FlaskForm):
    """What a visitor writes to a site's contact."""

    name = StringField(_("Your name"), [InputRequired(), Length(max=100)], render_kw={"autocomplete": "name"})
    email = EmailField(
        _("Your mail address"),
        [InputRequired(), Length(max=254)],
        description=_("The contact sees it, to answer you."),
        render_kw={"autocomplete": "email"},
    )
    subject = StringField(_("Subject"), [InputRequired(), Length(max=150)])
    text = TextAreaField(_("What you want to say"), [InputRequired(), Length(max=5000)], render_kw={"rows": 8})
    challenge = ChallengeField("contact")

    def validate_email(self, field: EmailField) -> None:
        """A complaint when it is no address."""
        try:
            fields.email(field.data)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    @property
    def value(self) -> Letter:
        """What the form says, once it is clean: single lines are single lines, and nothing is markup."""
        return Letter(
            name=fields.line(self.name.data, 100),
            email=fields.email(self.email.data),
            subject=fields.line(self.subject.data, 150),
            text=fields.text(self.text.data),
        )


class SiteFilter(Form):
    """Which sites to list; what is empty does not narrow."""

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
    countrycode = SelectField(_("Country"), validate_choice=False)
    language = StringField(_("Language"), render_kw={"size": 8, "placeholder": "en"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.countrycode.choices = [_ANY, *country_choices()]

    @property
    def value(self) -> dict[str, Any]:
        """The same as arguments of ``listing.filtered``; unknown words do not narrow."""
        return {
            "search": fields.line(self.search.data or ""),
            "state": _state(self.state.data),
            "trusted": _YES_NO.get(self.trusted.data),
            "visible": _YES_NO.get(self.visible.data),
            "country": _unless_all(self.countrycode.data),
            "language": _unless_all(self.language.data),
        }


def _unless_all(word: str | None) -> str:
    return "" if not word or word == "all" else fields.code(word)


def _state(word: str | None) -> SiteState | None:
    if word == "all":
        return None
    return SiteState(word) if word in set(SiteState) else SiteState.LIVE


def _read_by(reader: Any) -> Any:
    def validate(_form: Form, field: Any) -> None:
        try:
            field.data = reader(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return validate


def _language(value: str) -> str:
    code = fields.code(value, 30)
    if code and not languages.known(code):
        raise ValueError("write the code of a language, such as en or pt_br")
    return code


def _country(value: str) -> str:
    code = value.strip().upper()
    if code and not countries.known(code):
        raise ValueError("choose a country")
    return code


def _count_or_none(value: str) -> int | None:
    return fields.count(str(value)) if str(value).strip() else None


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
    language = StringField(_("Language"), [_read_by(_language)], description=_("A code such as en or pt_br."))
    country_code = SelectField(_("Country"), [_read_by(_country)], validate_choice=False)
    publications_a_day = StringField(
        _("Courses a day"),
        [_read_by(_count_or_none)],
        description=_("How many courses the site may publish in 24 hours. 0: none; empty: as the hub's settings say."),
        render_kw={"inputmode": "numeric"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country_code.choices = [SelectChoice("", _("Not told")), *country_choices()]

    @property
    def value(self) -> dict[str, Any]:
        """What the site's row shall say, by field."""
        return {name: field.data for name, field in self._fields.items() if name != "csrf_token"}
