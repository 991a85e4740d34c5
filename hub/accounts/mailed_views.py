"""The doors of mailed links: a forgotten password, an invitation. Looking at a link does nothing; its form acts."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.access import open_to_all
from hub.accounts import invitations, limits, people, resets, signing_in
from hub.accounts.forms import AcceptForm, ForgottenForm, NewPasswordForm
from hub.database import retrying, transaction
from hub.extensions import db, limiter

bp = Blueprint("mailed", __name__)
bp.after_request(signing_in.keep_secret)

COMPLAINT = 422  # a form that has to be filled in differently


@bp.get("/forgotten")
@open_to_all
def forgotten_form() -> ResponseReturnValue:
    """Ask who has forgotten the password."""
    return render_template("accounts/forgotten.html", form=ForgottenForm())


@bp.post("/forgotten")
@open_to_all
@limiter.limit("20 per hour")
@limiter.limit("5 per hour", key_func=limits.account)
def forgotten() -> ResponseReturnValue:
    """Mail a link to whoever this is, and give everybody the same answer."""
    form = ForgottenForm()
    if not form.validate():
        return render_template("accounts/forgotten.html", form=form), COMPLAINT
    with transaction(db.session):
        resets.ask(form.username.data)
    flash(_("If there is such an account, a mail is on its way to it. The link in it works for an hour."), "info")
    return redirect(url_for("accounts.sign_in_form"))


@bp.get("/reset")
@open_to_all
@limiter.limit("60 per hour", deduct_when=limits.opened_nothing)
def reset_form() -> ResponseReturnValue:
    """The form of a mailed link; nothing has happened yet."""
    form = NewPasswordForm(token=request.args.get("token", ""))
    return render_template("accounts/reset.html", form=form, person=resets.get_person(form.token.data))


@bp.post("/reset")
@open_to_all
@limiter.limit("60 per hour", deduct_when=limits.opened_nothing)
def reset() -> ResponseReturnValue:
    """Take the new password; whoever it is signs in with it next."""
    form = NewPasswordForm()
    person = resets.get_person(form.token.data or "")
    if not form.validate():
        return render_template("accounts/reset.html", form=form, person=person), COMPLAINT
    try:
        with transaction(db.session):
            resets.choose(form.token.data, form.password.data)
    except people.PasswordTooWeak as error:
        return render_template("accounts/reset.html", form=form, person=person, complaint=error.message), COMPLAINT
    signing_in.leave()
    flash(_("Your password has changed, and you are signed out everywhere. Sign in with the new one."), "success")
    return redirect(url_for("accounts.sign_in_form"))


@bp.get("/invitation")
@open_to_all
@limiter.limit("60 per hour", deduct_when=limits.opened_nothing)
def invitation_form() -> ResponseReturnValue:
    """What somebody is invited to; nothing has happened yet."""
    form = AcceptForm(token=request.args.get("token", ""))
    return render_template("accounts/invitation.html", form=form, invited=invitations.get_open(form.token.data))


@bp.post("/invitation")
@open_to_all
@limiter.limit("60 per hour", deduct_when=limits.opened_nothing)
def accept_invitation() -> ResponseReturnValue:
    """Open the account that the invited person chose."""
    form = AcceptForm()
    invited = invitations.get_open(form.token.data or "")
    if not form.validate():
        return render_template("accounts/invitation.html", form=form, invited=invited), COMPLAINT
    try:
        retrying(db.session, lambda: invitations.accept(form.token.data, form.username.data, form.password.data))
    except (people.UsernameTaken, people.PasswordTooWeak, people.NotAnAccount) as error:
        return render_template(
            "accounts/invitation.html", form=form, invited=invited, complaint=error.message
        ), COMPLAINT
    signing_in.leave()
    flash(_("Your account is open. Sign in with the user name and password that you chose."), "success")
    return redirect(url_for("accounts.sign_in_form"))
