"""The outbox for moderators: what waits, what failed, and another attempt."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice

from hub.access import Permission, requires
from hub.accounts.models import User
from hub.admin import menu, waiting
from hub.admin.acting import Act, Desk, acts_by_name, perform
from hub.extensions import db
from hub.here import asked_page
from hub.mail import outbox
from hub.mail.models import OutgoingMail
from hub.paging import page_of

bp = Blueprint("mail_admin", __name__)
SIZE = 50

_FAILING = sa.and_(OutgoingMail.sent_at.is_(None), OutgoingMail.attempt_count > 0)
_STATES = {
    "failing": _FAILING,
    "waiting": sa.and_(OutgoingMail.sent_at.is_(None), OutgoingMail.attempt_count == 0),
    "sent": OutgoingMail.sent_at.is_not(None),
}


class MailFilter(Form):
    """Which mails to show."""

    state = SelectField(
        _("State"),
        choices=[
            SelectChoice("", _("All")),
            SelectChoice("failing", _("Failing")),
            SelectChoice("waiting", _("Waiting")),
            SelectChoice("sent", _("Sent")),
        ],
    )

    @property
    def value(self) -> sa.Select[OutgoingMail]:
        """The mails asked for, newest first."""
        query = sa.select(OutgoingMail).order_by(OutgoingMail.id.desc())
        return query.where(_STATES[self.state.data]) if self.state.data in _STATES else query


def _count_failing() -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(_FAILING)) or 0


def _retry(mails: Sequence[OutgoingMail], by: User, _reason: str) -> None:
    for mail in mails:
        outbox.retry(mail, by=by)


def _load(ids: Sequence[int]) -> Sequence[OutgoingMail]:
    return db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.id.in_(ids)).order_by(OutgoingMail.id)).all()


DESK = Desk(
    acts_by_name(
        Act(
            name="retry",
            label=_("Try again now"),
            effect=lambda mail: gettext("Goes to %(to)s with the next round.", to=mail.recipient),
            carry_out=_retry,
            done=_("%(count)s to be tried again."),
        )
    ),
    _load,
    lambda mail: mail.subject,
)

menu.add(_("Mail"), "mail_admin.index", Permission.SEE_EVENTS, position=80)
waiting.add(_("Mails failing"), _count_failing, "mail_admin.index", Permission.SEE_EVENTS, state="failing")


@bp.get("/admin/mail")
@requires(Permission.SEE_EVENTS)
def index() -> ResponseReturnValue:
    """The outbox, newest first."""
    form = MailFilter(request.args)
    return render_template("admin/mail.html", form=form, page=page_of(form.value, asked_page(), SIZE), acts=DESK.acts)


@bp.post("/admin/mail/acts")
@requires(Permission.CHANGE_SETTINGS)
def act() -> ResponseReturnValue:
    """Try mails again."""
    return perform(DESK, back=url_for(".index"))
