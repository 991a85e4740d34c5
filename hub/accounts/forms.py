"""The forms of the account pages: what was typed, complaints by field, and a value when clean."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from hub import fields
from hub.access import Role
from hub.accounts.people import SHORTEST_PASSWORD
from hub.accounts.setup import FirstRun

_REQUIRED = InputRequired(_("Please fill this in."))
_NEW_PASSWORD_HELP = _("At least %(count)s characters.", count=SHORTEST_PASSWORD)
LONGEST_PASSWORD = 1000  # hashing takes as long as the text: a longer one is an attack


def _mail_address(_form: FlaskForm, field: StringField) -> None:
    try:
        fields.email(field.data or "")
    except ValueError as error:
        raise ValidationError(str(error)) from error


class SignInForm(FlaskForm):
    """User name and password."""

    username = StringField(
        _("User name"), [_REQUIRED, Length(max=100)], render_kw={"autocomplete": "username", "autocapitalize": "none"}
    )
    password = PasswordField(
        _("Password"), [_REQUIRED, Length(max=LONGEST_PASSWORD)], render_kw={"autocomplete": "current-password"}
    )


class SetupForm(FlaskForm):
    """The first administrator and the first settings."""

    code = StringField(
        _("Code"),
        [_REQUIRED],
        description=_("It is part of the address that the hub printed when it started."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    username = StringField(
        _("User name"), [_REQUIRED, Length(max=100)], render_kw={"autocomplete": "username", "autocapitalize": "none"}
    )
    email = EmailField(
        _("Mail address"),
        [_REQUIRED, _mail_address],
        description=_("Where the hub tells you about new sites and waiting courses."),
        render_kw={"autocomplete": "email"},
    )
    password = PasswordField(
        _("Password"),
        [_REQUIRED, Length(min=SHORTEST_PASSWORD, max=LONGEST_PASSWORD, message=_NEW_PASSWORD_HELP)],
        description=_NEW_PASSWORD_HELP,
        render_kw={"autocomplete": "new-password"},
    )
    name = StringField(
        _("Name of the hub"), [_REQUIRED, Length(max=255)], description=_("Shown on every page and to every site.")
    )
    description = TextAreaField(
        _("Description"), description=_("A few sentences for visitors and sites."), render_kw={"rows": 3}
    )
    privacy = RadioField(
        _("Who may search"),
        choices=[
            SelectChoice("search", _("Everybody, and the hub may be listed for searches from elsewhere")),
            SelectChoice("public", _("Everybody, on this hub only")),
            SelectChoice("private", _("Only registered sites and signed-in people")),
        ],
        default="search",
    )
    contactemail = EmailField(
        _("Contact address"),
        [_mail_address],
        description=_("Where mails to the hub arrive. Empty: your own address."),
    )

    @property
    def value(self) -> FirstRun:
        """What the form says, once it is clean."""
        return FirstRun(
            username=self.username.data,
            email=self.email.data,
            password=self.password.data,
            settings={
                "name": self.name.data,
                "description": self.description.data or "",
                "privacy": self.privacy.data,
                "contactname": self.username.data,
                "contactemail": self.contactemail.data or self.email.data,
            },
        )


class PasswordForm(FlaskForm):
    """A new password, for somebody who knows the present one."""

    present = PasswordField(
        _("Present password"),
        [_REQUIRED, Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _("New password"),
        [_REQUIRED, Length(min=SHORTEST_PASSWORD, max=LONGEST_PASSWORD, message=_NEW_PASSWORD_HELP)],
        description=_NEW_PASSWORD_HELP,
        render_kw={"autocomplete": "new-password"},
    )


class ForgottenForm(FlaskForm):
    """Who has forgotten the password."""

    username = StringField(
        _("User name or mail address"),
        [_REQUIRED, Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class NewPasswordForm(FlaskForm):
    """A new password, for whoever holds the link that was mailed."""

    token = HiddenField(validators=[_REQUIRED])
    password = PasswordField(
        _("New password"),
        [_REQUIRED, Length(min=SHORTEST_PASSWORD, max=LONGEST_PASSWORD, message=_NEW_PASSWORD_HELP)],
        description=_NEW_PASSWORD_HELP,
        render_kw={"autocomplete": "new-password"},
    )


class AcceptForm(NewPasswordForm):
    """The account of somebody who was invited."""

    username = StringField(
        _("User name"),
        [_REQUIRED, Length(max=100)],
        description=_("With which you sign in; others who run the hub see it."),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _("Password"),
        [_REQUIRED, Length(min=SHORTEST_PASSWORD, max=LONGEST_PASSWORD, message=_NEW_PASSWORD_HELP)],
        description=_NEW_PASSWORD_HELP,
        render_kw={"autocomplete": "new-password"},
    )


class InvitationForm(FlaskForm):
    """Who is asked to help run the hub, and as what."""

    email = EmailField(
        _("Mail address"),
        [_REQUIRED, Length(max=254), _mail_address],
        description=_("The invitation goes there. The person chooses a user name and a password."),
        render_kw={"autocomplete": "off"},
    )
    role = RadioField(
        _("Role"), choices=[SelectChoice(role.value, role.value) for role in Role], default=Role.MODERATOR.value
    )

    @property
    def value(self) -> Role:
        """The chosen role."""
        return Role(self.role.data)


class PreferencesForm(FlaskForm):
    """Which mails a person gets."""

    wants_mail = BooleanField(_("Tell me by mail about new sites and waiting courses"))
