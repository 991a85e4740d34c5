"""The form that asks whose data it is about."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import InputRequired, Length


class PersonForm(FlaskForm):
    """A person's mail address; sent by POST, so that it stands in no log."""

    address = EmailField(
        _("Mail address"),
        [InputRequired(_("Please fill this in.")), Length(max=254)],
        description=_("The address by which the person is known to sites, courses and mails."),
        render_kw={"autocomplete": "off"},
    )
