"""First run, signing in and out, and one's own account."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from hub.access import open_to_all, signed_in
from hub.accounts import people, sessions, setup
from hub.accounts.forms import PasswordForm, PreferencesForm, SetupForm, SignInForm
from hub.accounts.models import User
from hub.accounts.returning import local_path
from hub.accounts.settings import failedsigninsperaccount, failedsigninsperaddress
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db, limiter
from hub.proxies import neighbourhood
from hub.settings import declared
from hub.settings.declared import Declaration

bp = Blueprint("accounts", __name__)

REFUSED = 403  # a wrong code or password; only these answers count against the limits
COMPLAINT = 422  # a form that has to be filled in differently


def _was_refused(response: Response) -> bool:
    return response.status_code == REFUSED


def _hourly(setting: Declaration) -> Callable[[], str]:
    return lambda: f"{declared.current(setting.name)} per hour"


def _account() -> str:
    return "account " + request.form.get("username", "").strip().casefold()[:100]


def _account_here() -> str:
    return f"{_account()} at {neighbourhood(request.remote_addr or '')}"


@bp.get("/setup")
@open_to_all
def set_up_form() -> ResponseReturnValue:
    """The first-run page; once there is an administrator it leads to the sign-in page."""
    if people.anybody():
        flash(_("This hub has been set up already."), "info")
        return redirect(url_for(".sign_in_form"))
    return render_template("accounts/setup.html", form=SetupForm(code=request.args.get("code", "")))


@bp.post("/setup")
@open_to_all
@limiter.limit("30 per hour", deduct_when=_was_refused)
def set_up() -> ResponseReturnValue:
    """Make the first administrator, open the hub and sign in."""
    form = SetupForm()
    if not form.validate():
        return render_template("accounts/setup.html", form=form), COMPLAINT
    try:
        with transaction(db.session):
            user = setup.set_up(form.value, form.code.data)
            sessions.note_sign_in(user)
    except setup.AlreadySetUp:
        raise
    except HubError as error:
        status = REFUSED if isinstance(error, setup.CodeWrong) else COMPLAINT
        return render_template("accounts/setup.html", form=form, complaint=error.message), status
    _begin_session(user)
    flash(_("Your hub is open. Sites can register from now on."), "success")
    return redirect(url_for("admin.overview"))


@bp.get("/login")
@open_to_all
def sign_in_form() -> ResponseReturnValue:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect(_after_sign_in())
    return render_template("accounts/login.html", form=SignInForm())


@bp.post("/login")
@open_to_all
@limiter.limit(_hourly(failedsigninsperaddress), deduct_when=_was_refused)
@limiter.limit(_hourly(failedsigninsperaccount), key_func=_account, deduct_when=_was_refused)
@limiter.limit("20 per 10 minutes", key_func=_account_here)  # counted beforehand: many at once gain nothing
def sign_in() -> ResponseReturnValue:
    """Begin a session, if name and password fit."""
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/login.html", form=form), COMPLAINT
    proof = people.prove(form.username.data, form.password.data)
    with transaction(db.session):
        user = sessions.sign_in(form.username.data, proof)
    if user is None:
        complaint = _("User name and password do not fit together.")
        return render_template("accounts/login.html", form=form, complaint=complaint), REFUSED
    _begin_session(user)
    return redirect(_after_sign_in())


@bp.post("/logout")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this session."""
    with transaction(db.session):
        sessions.sign_out(_me())
    _end_session()
    flash(_("You have signed out."), "info")
    return redirect(f"{request.script_root}/")


@bp.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """One's own account."""
    return _account_page(PasswordForm(), _preferences())


@bp.post("/account/password")
@signed_in
@limiter.limit("20 per hour", deduct_when=_was_refused)
def change_password() -> ResponseReturnValue:
    """Take a new password; every other session of this person ends."""
    form = PasswordForm()
    if not form.validate():
        return _account_page(form, _preferences()), COMPLAINT
    proof = people.prove(current_user.username, form.present.data)
    try:
        with transaction(db.session):
            user = _me()
            sessions.change_own_password(user, proof, form.new.data)
    except HubError as error:
        status = REFUSED if isinstance(error, sessions.PasswordWrong) else COMPLAINT
        return _account_page(form, _preferences(), error.message), status
    _begin_session(user)
    flash(_("Your password has changed. Other sessions have ended."), "success")
    return redirect(url_for(".account"))


@bp.post("/account/preferences")
@signed_in
def choose_mails() -> ResponseReturnValue:
    """Note which mails this person wants."""
    form = PreferencesForm()
    with transaction(db.session):
        sessions.choose_mails(_me(), wants_mail=form.wants_mail.data)
    flash(_("Saved."), "success")
    return redirect(url_for(".account"))


@bp.post("/account/sessions/end")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """End every session of this person, this one too."""
    with transaction(db.session):
        sessions.end_all(_me())
    _end_session()
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


def _account_page(password: PasswordForm, preferences: PreferencesForm, complaint: str | None = None) -> str:
    return render_template("accounts/account.html", password=password, preferences=preferences, complaint=complaint)


def _begin_session(user: User) -> None:
    session.clear()  # nothing that was known before signing in, such as a form's token, stays valid after it
    login_user(user)


def _end_session() -> None:
    logout_user()
    session.clear()


def _me() -> User:
    return current_user._get_current_object()  # type: ignore[no-any-return]  # the proxy is untyped
