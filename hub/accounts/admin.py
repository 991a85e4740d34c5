"""The room of people: who runs this hub, as what, and who is asked to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from hub import clock
from hub.access import PERMISSIONS, Permission, Role, confirmed, requires
from hub.accounts import factors, invitations, listing, people, resets, sessions, standing
from hub.accounts.forms import InvitationForm
from hub.accounts.models import Invitation, User
from hub.admin import history, menu
from hub.admin.acting import Act, Desk, acts_by_name, each, perform
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db, limiter
from hub.here import asked_page
from hub.paging import page_of

bp = Blueprint("people_admin", __name__)
SIZE = 50
COMPLAINT = 422

menu.add(_("People"), "people_admin.index", Permission.SEE_PEOPLE, position=60)


class PeopleFilter(Form):
    """Which people to show."""

    search = StringField(_("Name or mail address"), render_kw={"maxlength": 254})
    role = SelectField(
        _("Role"), choices=[SelectChoice("", _("All")), *(SelectChoice(role.value, role.value) for role in Role)]
    )
    state = SelectField(
        _("State"),
        choices=[
            SelectChoice("", _("All")),
            SelectChoice("active", _("May sign in")),
            SelectChoice("banned", _("Banned")),
        ],
    )

    @property
    def value(self) -> sa.Select[User]:
        """The people asked for."""
        role = Role(self.role.data) if self.role.data in list(Role) else None
        banned = {"active": False, "banned": True}.get(self.state.data or "")
        return listing.found(self.search.data or "", role, banned)


def _send_reset(users: Sequence[User], by: User, _reason: str) -> None:
    standing.require_still_may(by)
    for user in users:
        resets.send(user, by=by)


def _send_again(invited: Sequence[Invitation], by: User, _reason: str) -> None:
    for one in invited:
        invitations.send_again(one, by=by)


def _withdraw(invited: Sequence[Invitation], by: User, _reason: str) -> None:
    standing.require_still_may(by)
    for one in invited:
        invitations.withdraw(one, by=by)


def _to(role: Role) -> Act[User]:
    return Act(
        name=f"make-{role.value}",
        label={
            Role.ADMINISTRATOR: _("Make administrator"),
            Role.MODERATOR: _("Make moderator"),
            Role.AUDITOR: _("Make auditor"),
        }[role],
        effect=lambda user: gettext(
            "Is %(before)s now and becomes %(after)s, from the next page on.", before=user.role.value, after=role.value
        ),
        carry_out=each(_changing_to(role)),
        done=_("Role changed: %(count)s."),
        dangerous=role is Role.ADMINISTRATOR,
        offered=lambda user: user.role is not role,
    )


def _changing_to(role: Role) -> Callable[..., None]:
    return partial(standing.change_role, role=role)


def _load(ids: Sequence[int]) -> Sequence[User]:
    query = sa.select(User).where(User.id.in_(ids), User.deleted_at.is_(None))
    return db.session.scalars(query.order_by(User.id)).all()


def _load_invitations(ids: Sequence[int]) -> Sequence[Invitation]:
    return db.session.scalars(sa.select(Invitation).where(Invitation.id.in_(ids)).order_by(Invitation.id)).all()


DESK = Desk(
    acts_by_name(
        *map(_to, Role),
        Act(
            name="send-reset",
            label=_("Send a link for a new password"),
            effect=lambda user: gettext("Gets a mail with a link that works for an hour."),
            carry_out=_send_reset,
            done=_("Links on their way: %(count)s."),
            offered=lambda user: user.is_active,
        ),
        Act(
            name="end-sessions",
            label=_("End all sessions"),
            effect=lambda user: gettext("Is signed out everywhere, and may sign in again."),
            carry_out=each(standing.end_sessions),
            done=_("Signed out: %(count)s."),
        ),
        Act(
            name="unban",
            label=_("Lift the ban"),
            effect=lambda user: gettext("May sign in again, as %(role)s.", role=user.role.value),
            carry_out=each(standing.unban),
            done=_("Bans lifted: %(count)s."),
            offered=lambda user: user.banned,
        ),
        Act(
            name="remove-factors",
            label=_("Remove the second factors"),
            effect=lambda user: gettext("Signs in by the password alone, until new factors are set up."),
            carry_out=each(factors.remove_all),
            done=_("Second factors removed: %(count)s."),
            dangerous=True,
            needs_reason=True,
            offered=factors.needed,
        ),
        Act(
            name="ban",
            label=_("Ban"),
            effect=lambda user: gettext("Is out with the next page, and cannot sign in. Invitations by them end."),
            carry_out=each(standing.ban),
            done=_("Banned: %(count)s."),
            dangerous=True,
            needs_reason=True,
            offered=lambda user: not user.banned,
        ),
        Act(
            name="delete",
            label=_("Delete"),
            effect=lambda user: gettext(
                "Name, address and password are forgotten for ever. What was done stays in the log as %(actor)s.",
                actor=user.actor,
            ),
            carry_out=each(standing.delete),
            done=_("Deleted: %(count)s."),
            dangerous=True,
            needs_reason=True,
        ),
    ),
    _load,
    lambda user: user.username,
)

INVITATIONS = Desk(
    acts_by_name(
        Act(
            name="send-again",
            label=_("Send again"),
            effect=lambda invited: gettext("Gets a new link for a week; the old one opens nothing any more."),
            carry_out=_send_again,
            done=_("Sent again: %(count)s."),
        ),
        Act(
            name="withdraw",
            label=_("Withdraw"),
            effect=lambda invited: gettext("The link in the mail opens nothing any more."),
            carry_out=_withdraw,
            done=_("Withdrawn: %(count)s."),
        ),
    ),
    _load_invitations,
    lambda invited: invited.email,
)


@bp.get("/admin/people")
@requires(Permission.SEE_PEOPLE)
def index() -> ResponseReturnValue:
    """Everybody who runs this hub, and who is asked to."""
    form = PeopleFilter(request.args)
    page = page_of(form.value, asked_page(), SIZE)
    return render_template(
        "admin/people.html",
        form=form,
        page=page,
        lines=listing.lines(page.items),
        invited=invitations.open_ones(),
        acts=INVITATIONS.acts,
        now=clock.now(),
    )


@bp.get("/admin/people/<int(max=2147483647):user_id>")
@requires(Permission.SEE_PEOPLE)
def look(user_id: int) -> ResponseReturnValue:
    """Everything known about a person."""
    person = people.get_person(user_id)
    return render_template(
        "admin/person.html",
        person=person,
        line=listing.lines([person])[0],
        sessions=sessions.open_of(person),
        acts=DESK.offered(person),
        history=history.of(person),
    )


@bp.post("/admin/people/acts")
@requires(Permission.MANAGE_PEOPLE)
@confirmed
def act() -> ResponseReturnValue:
    """Do something to a person, or to several."""
    return perform(DESK, back=url_for(".index"))


@bp.get("/admin/people/roles")
@requires(Permission.SEE_PEOPLE)
def roles() -> ResponseReturnValue:
    """What each role may do."""
    return render_template("admin/roles.html", roles=list(Role), permissions=list(Permission), granted=PERMISSIONS)


@bp.get("/admin/people/invite")
@requires(Permission.MANAGE_PEOPLE)
def invite_form() -> ResponseReturnValue:
    """Ask who is to be invited."""
    return render_template("admin/invite.html", form=InvitationForm())


@bp.post("/admin/people/invite")
@requires(Permission.MANAGE_PEOPLE)
@confirmed
@limiter.limit("60 per hour")
def invite() -> ResponseReturnValue:
    """Send an invitation."""
    form = InvitationForm()
    if not form.validate():
        return render_template("admin/invite.html", form=form), COMPLAINT
    try:
        with transaction(db.session):
            invitations.invite(form.email.data, form.value, by=current_user._get_current_object())
    except HubError as error:
        return render_template("admin/invite.html", form=form, complaint=error.message), COMPLAINT
    flash(gettext("The invitation is on its way to %(address)s.", address=form.email.data), "success")
    return redirect(url_for(".index"))


@bp.post("/admin/people/invitations/acts")
@requires(Permission.MANAGE_PEOPLE)
@confirmed
def act_on_invitations() -> ResponseReturnValue:
    """Send an invitation again, or withdraw it."""
    return perform(INVITATIONS, back=url_for(".index"))
