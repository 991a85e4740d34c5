"""A form made of the declared settings: one field each, the stored text in it, complaints beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from hub import fields
from hub.settings import declared
from hub.settings.declared import Declaration

_NUMBERS = (fields.integer, fields.integer_or_none, fields.count, fields.positive)
_LONG = {"description"}
_FEW = 4  # choices that are shown side by side
REMOVE = "remove_"  # prefix of the box that empties a secret setting


class LogoForm(FlaskForm):
    """A picture for the top of every page."""

    picture = FileField(
        _("Picture"),
        [FileRequired(_("Choose a file."))],
        description=_("PNG, JPEG, GIF or WebP, at most 1 MB; a square one looks best."),
        render_kw={"accept": "image/png,image/jpeg,image/gif,image/webp"},
    )


class SettingsForm(FlaskForm):
    """The parent of the form; ``texts`` gives what was typed, by setting name."""

    @property
    def texts(self) -> dict[str, str]:
        """What the settings shall be, as text; a secret that was left empty stays as it is."""
        return dict(self._texts())

    def _texts(self) -> Iterable[tuple[str, str]]:
        for each in declared.declarations().values():
            field = self._fields.get(each.name)
            if field is None:
                continue
            if each.secret and not field.data:
                if self._fields[REMOVE + each.name].data:
                    yield each.name, ""
                continue
            yield each.name, _text(field.data)

    def complain(self, complaints: Mapping[str, str]) -> None:
        """Put each complaint beside its field."""
        for name, complaint in complaints.items():
            self._fields[name].errors = [*self._fields[name].errors, complaint]


def settings_form(declarations: Iterable[Declaration]) -> type[SettingsForm]:
    """The form for these settings; made anew each time, as features declare theirs when they are imported."""
    members: dict[str, Any] = {}
    for each in declarations:
        members[each.name] = _field(each)
        if each.secret:
            members[REMOVE + each.name] = BooleanField(_("Ask for none any more"))
    return type("AllSettingsForm", (SettingsForm,), members)


def default_in_words(declaration: Declaration) -> str:
    """The setting's default, as a sentence would name it."""
    default = declaration.default
    if isinstance(default, bool):
        return str(_("on") if default else _("off"))
    if default is None or default == "":
        return str(_("empty"))
    return str(declaration.choices.get(default, default)).partition(":")[0]


class TextForm(FlaskForm):
    """One of the hub's own texts."""

    words = TextAreaField(_("Text"), render_kw={"rows": 18, "class": "long-text", "maxlength": 30_000})


def stored_texts() -> dict[str, Any]:
    """The values in force, as the form shows them; secrets stay where they are."""
    return {
        name: current if isinstance(current, bool) else _text(current)
        for name, each in declared.declarations().items()
        if not each.secret
        for current in [declared.current(name)]
    }


def _field(declaration: Declaration) -> Field:
    words = {"label": declaration.label, "description": declaration.help}
    if declaration.choices:
        kind = RadioField if len(declaration.choices) <= _FEW else SelectField
        choices = [SelectChoice(value, label) for value, label in declaration.choices.items()]
        return kind(choices=choices, validate_choice=False, **words)
    if declaration.read is fields.yes_no:
        return BooleanField(**words)
    if declaration.secret:
        return PasswordField(
            render_kw={"autocomplete": "new-password", "placeholder": _unchanged(declaration)}, **words
        )
    if declaration.name in _LONG:
        return TextAreaField(render_kw={"rows": 4}, **words)
    if declaration.read in _NUMBERS:
        return StringField(render_kw={"inputmode": "numeric", "size": 12, "class": "number"}, **words)
    return StringField(**words)


def _unchanged(declaration: Declaration) -> str:
    return str(_("set; type to change it")) if declared.current(declaration.name) else str(_("none is set"))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
