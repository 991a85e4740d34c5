"""A person's account, shown and not erased here, and invitations to have one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub.accounts import invitations
from hub.accounts.models import Invitation, User
from hub.privacy import persons
from hub.privacy.rows import finder

persons.add(
    persons.Holder(
        "account",
        _("Account"),
        finder(User, User.email, ("id", "username", "email", "role", "created_at", "signed_in_at")),
        keeps=_("An account is deleted in the room of people: nobody loses it by a request that came by mail."),
    )
)
persons.add(
    persons.Holder(
        "invitations",
        _("Invitations"),
        finder(Invitation, Invitation.email, ("id", "email", "role", "sent_at", "accepted_at", "withdrawn_at")),
        invitations.forget,
    )
)
