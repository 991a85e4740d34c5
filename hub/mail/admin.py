"""The outbox for moderators: what waits, what failed, and another attempt."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import Form, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from hub.access import Permission, requires
from hub.accounts.models import User
from hub.admin import menu, overview, waiting
from hub.admin.acting import Act, Desk, acts_by_name, perform
from hub.admin.overview import Condition
from hub.extensions import db
from hub.here import asked_page
from hub.mail import compose, outbox
from hub.mail.models import OutgoingMail
from hub.paging import page_of

bp = Blueprint("mail_admin", __name__)
SIZE = 50

_FAILING = sa.and_(OutgoingMail.sent_at.is_(None), OutgoingMail.attempt_count > 0)
_PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STATES = {
    "failing": _FAILING,
    "waiting": sa.and_(OutgoingMail.sent_at.is_(None), OutgoingMail.attempt_count == 0),
    "given-up": sa.and_(OutgoingMail.sent_at.is_(None), OutgoingMail.next_attempt_at.is_(None)),
    "sent": OutgoingMail.sent_at.is_not(None),
}


class MailFilter(Form):
    """Which mails to show; what is empty does not narrow."""

    state = SelectField(
        _("State"),
        choices=[
            SelectChoice("", _("All")),
            SelectChoice("failing", _("Failing")),
            SelectChoice("waiting", _("Waiting")),
            SelectChoice("given-up", _("Given up")),
            SelectChoice("sent", _("Sent")),
        ],
    )
    to = StringField(_("To"), [Length(max=254)], render_kw={"placeholder": _("mail address")})
    site = IntegerField(_("Site"), [Optional()], render_kw={"inputmode": "numeric", "size": 8})

    @property
    def value(self) -> sa.Select[OutgoingMail]:
        """The mails asked for, newest first."""
        query = sa.select(OutgoingMail).order_by(OutgoingMail.id.desc())
        if self.state.data in _STATES:
            query = query.where(_STATES[self.state.data])
        if self.to.data:
            query = query.where(sa.func.lower(OutgoingMail.recipient) == self.to.data.strip().lower())
        return query.where(OutgoingMail.site_id == self.site.data) if self.site.data else query


def _count_failing() -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(_FAILING)) or 0


def _delivery() -> Condition:
    failing = _count_failing()
    if not failing:
        return Condition(gettext("All that was due has left."))
    return Condition(ngettext("%(num)s mail fails.", "%(num)s mails fail.", failing), well=False)


def _retry(mails: Sequence[OutgoingMail], by: User, _reason: str) -> None:
    for mail in mails:
        outbox.retry(mail, by=by)


def _load(ids: Sequence[int]) -> Sequence[OutgoingMail]:
    return db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.id.in_(ids)).order_by(OutgoingMail.id)).all()


def _cancel(mails: Sequence[OutgoingMail], by: User, _reason: str) -> None:
    for mail in mails:
        outbox.cancel(mail, by=by)


DESK = Desk(
    acts_by_name(
        Act(
            name="retry",
            label=_("Try again now"),
            effect=lambda mail: gettext("Goes to %(to)s with the next round.", to=mail.recipient),
            carry_out=_retry,
            done=_("%(count)s to be tried again."),
            offered=lambda mail: mail.sent_at is None,
        ),
        Act(
            name="cancel",
            label=_("Do not send"),
            effect=lambda mail: gettext("%(to)s does not get it.", to=mail.recipient),
            carry_out=_cancel,
            done=_("Not to be sent: %(count)s."),
            dangerous=True,
            offered=lambda mail: mail.next_attempt_at is not None,
        ),
    ),
    _load,
    lambda mail: mail.subject,
)

menu.add(_("Mail"), "mail_admin.index", Permission.SEE_MAIL, position=80)
waiting.add(_("Mails failing"), _count_failing, "mail_admin.index", Permission.SEE_MAIL, state="failing")
overview.tell(_("Mail"), _delivery, "mail_admin.index", Permission.SEE_MAIL, position=30)


@bp.get("/admin/mail")
@requires(Permission.SEE_MAIL)
def index() -> ResponseReturnValue:
    """The outbox, newest first."""
    form = MailFilter(request.args)
    return render_template("admin/mail.html", form=form, page=page_of(form.value, asked_page(), SIZE), acts=DESK.acts)


@bp.get("/admin/mail/<int(max=2147483647):mail_id>")
@requires(Permission.SEE_MAIL)
def look(mail_id: int) -> ResponseReturnValue:
    """A mail as text, without what its links would open."""
    mail = outbox.get_mail(mail_id)
    text = outbox.masked(mail.body)
    return render_template("admin/mail_look.html", mail=mail, text=text, acts=DESK.offered(mail))


@bp.get("/admin/mail/<int(max=2147483647):mail_id>/html")
@requires(Permission.SEE_MAIL)
def preview(mail_id: int) -> ResponseReturnValue:
    """A mail as programs that show HTML show it, without what its links would open."""
    mail = outbox.get_mail(mail_id)
    shown = Response(compose.as_html(mail.subject, outbox.masked(mail.body), mail.language))
    shown.headers["Content-Security-Policy"] = _PREVIEW_POLICY
    return shown


@bp.post("/admin/mail/acts")
@requires(Permission.HANDLE_MAIL)
def act() -> ResponseReturnValue:
    """Try mails again, or send them no more."""
    return perform(DESK, back=url_for(".index"))
