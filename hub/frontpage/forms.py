"""The forms that visitors fill in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from hub import fields
from hub.challenge import ChallengeField
from hub.sites.letters import Letter


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
        """What the form says, once it is clean: single lines are single lines."""
        return Letter(
            name=fields.line(self.name.data, 100),
            email=fields.email(self.email.data),
            subject=fields.line(self.subject.data, 150),
            text=fields.text(self.text.data),
        )
