"""The forms of second factors."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

_REQUIRED = InputRequired(_("Please fill this in."))


class CodeForm(FlaskForm):
    """The six digits that an app shows."""

    code = StringField(
        _("Code"),
        [_REQUIRED, Length(max=20)],
        description=_("The six digits that your app shows for this hub."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class RecoveryForm(FlaskForm):
    """A code from paper."""

    recovery = StringField(
        _("Recovery code"),
        [_REQUIRED, Length(max=100)],
        description=_("One that you have not used yet, such as abcd-efgh-jkmn-pqrs."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class PasskeyForm(FlaskForm):
    """What a browser brings after asking a device; a script fills it in."""

    answer = HiddenField()


class NewPasskeyForm(PasskeyForm):
    """The name of a passkey that is being made."""

    name = StringField(
        _("Name"),
        [_REQUIRED, Length(max=100)],
        description=_("By which you will know it again, such as “Laptop” or “Key on my key ring”."),
        render_kw={"autocomplete": "off"},
    )
