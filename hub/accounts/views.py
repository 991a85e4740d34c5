"""First run, signing in and out, and one's own account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hub.access import open_to_all, signed_in
from hub.accounts import factors, limits, own, people, sessions, setup, signing_in
from hub.accounts.forms import PasswordForm, PreferencesForm, SetupForm, SignInForm
from hub.accounts.models import User
from hub.accounts.returning import local_path
from hub.database import transaction
from hub.environment.requirements import examine_all
from hub.errors import HubError
from hub.events.record import VISITOR
from hub.extensions import db, limiter
from hub.mail import jobs as mail

bp = Blueprint("accounts", __name__)
bp.after_request(signing_in.keep_secret)

COMPLAINT = 422  # a form that has to be filled in differently


@bp.get("/setup")
@open_to_all
def set_up_form() -> ResponseReturnValue:
    """The first-run page; once there is an administrator it leads to the sign-in page."""
    if people.anybody():
        flash(_("This hub has been set up already."), "info")
        return redirect(url_for(".sign_in_form"))
    return _setup_page(SetupForm(code=request.args.get("code", "")))


@bp.post("/setup")
@open_to_all
@limiter.limit("30 per hour", deduct_when=limits.was_refused)
def set_up() -> ResponseReturnValue:
    """Make the first administrator, open the hub and sign in."""
    form = SetupForm()
    if not form.validate():
        return _setup_page(form), COMPLAINT
    try:
        with transaction(db.session):
            user = setup.set_up(form.value, form.code.data)
    except setup.AlreadySetUp:
        raise
    except HubError as error:
        status = limits.REFUSED if isinstance(error, setup.CodeWrong) else COMPLAINT
        return _setup_page(form, complaint=error.message), status
    signing_in.begin(user)
    flash(_("Your hub is open. Sites can register from now on."), "success")
    return redirect(url_for("admin.overview"))


@bp.post("/setup/mail")
@open_to_all
@limiter.limit("30 per hour", deduct_when=limits.was_refused)
@limiter.limit("10 per hour")
def try_mail() -> ResponseReturnValue:
    """Send a mail to whoever sets the hub up, and say what the mail server answered; all that was typed stays."""
    form = SetupForm()
    try:
        setup.require_code(form.code.data or "")
    except setup.CodeWrong as error:
        return _setup_page(form, complaint=error.message), limits.REFUSED
    if not form.email.validate(form):
        return _setup_page(form), COMPLAINT
    return _setup_page(form, tried=mail.tried(form.email.data, by=VISITOR))


@bp.get("/login")
@open_to_all
def sign_in_form() -> ResponseReturnValue:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect(_after_sign_in())
    return render_template("accounts/login.html", form=SignInForm())


@bp.post("/login")
@open_to_all
@limiter.limit(limits.per_address, deduct_when=limits.was_refused)
@limiter.limit(limits.per_account, key_func=limits.account, deduct_when=limits.was_refused)
@limiter.limit("20 per 10 minutes", key_func=limits.account_here)  # counted beforehand: many at once gain nothing
def sign_in() -> ResponseReturnValue:
    """Begin a session, if name and password fit."""
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/login.html", form=form), COMPLAINT
    proof = people.prove(form.username.data, form.password.data)
    with transaction(db.session):
        user = signing_in.sign_in(form.username.data, proof)
    if user is None:
        complaint = _("User name and password do not fit together.")
        return render_template("accounts/login.html", form=form, complaint=complaint), limits.REFUSED
    if factors.needed(user):
        signing_in.remember_half(user)
        return redirect(url_for("factors.ask", next=request.args.get("next")))
    signing_in.begin(user)
    return redirect(_after_sign_in())


@bp.post("/logout")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this session."""
    with transaction(db.session):
        signing_in.sign_out(_me())
    signing_in.leave()
    flash(_("You have signed out."), "info")
    return redirect(f"{request.script_root}/")


@bp.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """One's own account."""
    return _account_page(PasswordForm(), _preferences())


@bp.post("/account/password")
@signed_in
@limits.proofs
def change_password() -> ResponseReturnValue:
    """Take a new password; every other session of this person ends."""
    form = PasswordForm()
    if not form.validate():
        return _account_page(form, _preferences()), COMPLAINT
    proof = people.prove(current_user.username, form.present.data)
    try:
        with transaction(db.session):
            user = _me()
            own.change_password(user, proof, form.new.data)
    except own.PasswordWrong as error:
        return _refuse_password(form, error), limits.REFUSED
    except HubError as error:
        return _account_page(form, _preferences(), error.message), COMPLAINT
    signing_in.carry(user, by_provider=signing_in.came_by_provider())
    flash(_("Your password has changed. Other sessions have ended."), "success")
    return redirect(url_for(".account"))


@bp.post("/account/preferences")
@signed_in
def choose_mails() -> ResponseReturnValue:
    """Note which mails this person wants."""
    form = PreferencesForm()
    with transaction(db.session):
        own.choose_mails(_me(), wants_mail=form.wants_mail.data)
    flash(_("Saved."), "success")
    return redirect(url_for(".account"))


@bp.post("/account/sessions/<int(max=2147483647):session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign this person out in one browser."""
    with transaction(db.session):
        sessions.end_one(_me(), session_id, by=_me())
    flash(_("That session has ended."), "success")
    return redirect(url_for(".account"))


@bp.post("/account/sessions/end-others")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    """Sign this person out everywhere else."""
    with transaction(db.session):
        sessions.end_others(_me(), by=_me())
    flash(_("You are signed in nowhere but here."), "success")
    return redirect(url_for(".account"))


@bp.post("/account/sessions/end")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """End every session of this person, this one too."""
    with transaction(db.session):
        sessions.end_all(_me(), by=_me())
    signing_in.leave()
    flash(_("All your sessions have ended. Sign in again to go on."), "info")
    return redirect(url_for(".sign_in_form"))


def ask_to_sign_in() -> ResponseReturnValue:
    """Send somebody unknown to the sign-in page, and back to the page they asked for."""
    asked = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in_form", next=asked))


def _after_sign_in() -> str:
    wanted = local_path(request.args.get("next"))
    return request.script_root + wanted if wanted else url_for("admin.overview")


def _preferences() -> PreferencesForm:
    return PreferencesForm(formdata=None, obj=_me())


def _setup_page(form: SetupForm, **shown: object) -> str:
    """The first-run page. What the hub stands on is shown to whoever has the code, and to no stranger."""
    may_see = setup.is_code(form.code.data or "")
    db.session.rollback()  # nothing is open while disks and servers are asked
    return render_template("accounts/setup.html", form=form, findings=examine_all() if may_see else [], **shown)


def _account_page(password: PasswordForm, preferences: PreferencesForm, complaint: str | None = None) -> str:
    return render_template(
        "accounts/account.html",
        password=password,
        preferences=preferences,
        complaint=complaint,
        sessions=sessions.open_of(_me()),
    )


def _refuse_password(form: PasswordForm, error: own.PasswordWrong) -> str:
    with transaction(db.session):
        own.note_wrong_password(_me())
    return _account_page(form, _preferences(), error.message)


def _me() -> User:
    return current_user._get_current_object()  # type: ignore[no-any-return]  # the proxy is untyped
