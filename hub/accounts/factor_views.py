"""The second step of signing in, and signing in by passkey alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.access import open_to_all
from hub.accounts import factors, known_browsers, limits, passkey_talk, passkeys, recovery, signing_in, totp
from hub.accounts.factor_forms import CodeForm, PasskeyForm, RecoveryForm
from hub.accounts.models import User
from hub.accounts.returning import local_path
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db, limiter

bp = Blueprint("factors", __name__)

COMPLAINT = 422  # a form that has to be filled in differently
View = Callable[..., ResponseReturnValue]


def _half_account() -> str:
    user = signing_in.halfway()
    return f"second factor of {user.id} {known_browsers.mark(user.username_key)}" if user else "second factor of nobody"


def _limited(view: View) -> View:
    """Few attempts: counted beforehand (many at once gain nothing), refused ones by account and by address too."""
    for limit in (
        limiter.shared_limit("10 per 10 minutes", scope="factor", key_func=_half_account),
        limiter.shared_limit(
            "20 per hour;60 per day", scope="refused", key_func=_half_account, deduct_when=limits.was_refused
        ),
        _limited_here,
    ):
        view = limit(view)
    return view


def _limited_here(view: View) -> View:
    here = limiter.shared_limit(limits.per_address, scope="refused here", deduct_when=limits.was_refused)
    return here(view)


@bp.get("/login/factor")
@open_to_all
def ask() -> ResponseReturnValue:
    """After the password: what else is asked for."""
    user = signing_in.halfway()
    return _page(user) if user else _begin_again()


@bp.post("/login/factor/code")
@open_to_all
@_limited
def give_code() -> ResponseReturnValue:
    """Let in whoever types a code of their app."""
    form = CodeForm()
    wrong = _(
        "This code is wrong or was used already. Wait for the next one; if that is refused too, let your phone set its "
        "clock by itself."
    )
    return _give("app", form, lambda user: totp.use(user, form.code.data), wrong)


@bp.post("/login/factor/recovery")
@open_to_all
@_limited
def give_recovery_code() -> ResponseReturnValue:
    """Let in whoever types one of their recovery codes."""
    form = RecoveryForm()
    wrong = _("This is none of your recovery codes, or it was used already.")
    return _give("recovery code", form, lambda user: recovery.use(user, form.recovery.data), wrong)


@bp.post("/login/factor/passkey")
@open_to_all
@_limited
def give_passkey() -> ResponseReturnValue:
    """Let in whoever has one of their passkeys."""
    user = signing_in.halfway()
    if user is None:
        return _begin_again()
    try:
        passkey_talk.verified(passkey_talk.SIGN_IN, user)
    except HubError as error:
        _note_failure(user.id, "passkey")
        return _page(user, error.message), limits.REFUSED
    return _let_in(user)


@bp.post("/login/passkey/options")
@open_to_all
@limiter.limit("60 per 10 minutes")
def ask_for_passkey() -> ResponseReturnValue:
    """What a browser asks its devices for: a passkey of whoever gave the password, or any for this hub."""
    user = signing_in.halfway()
    return passkey_talk.ask(passkey_talk.SIGN_IN, user, passkeys.request_options(user))


@bp.get("/login/passkey")
@open_to_all
def passkey_form() -> ResponseReturnValue:
    """Signing in by passkey alone."""
    return render_template("accounts/factors_passkey.html", passkey=PasskeyForm())


@bp.post("/login/passkey")
@open_to_all
@_limited_here
def sign_in_by_passkey() -> ResponseReturnValue:
    """Let in whoever has a passkey: its device has checked that it is them, so no password is asked."""
    try:
        passkey = passkey_talk.verified(passkey_talk.SIGN_IN, None)
        signing_in.begin(passkey.user)
    except HubError as error:
        page = render_template("accounts/factors_passkey.html", passkey=PasskeyForm(), complaint=error.message)
        return page, limits.REFUSED
    return redirect(onward())


def onward() -> str:
    """Where a browser goes that has just been let in: the page that was asked for."""
    wanted = local_path(request.args.get("next"))
    return request.script_root + wanted if wanted else url_for("admin.overview")


def _give(way: str, form: Any, use: Callable[[User], bool], wrong: str) -> ResponseReturnValue:
    user = signing_in.halfway()
    if user is None:
        return _begin_again()
    if not form.validate():
        return _page(user, None, form), COMPLAINT
    with transaction(db.session):
        fits = use(user)
    if not fits:
        _note_failure(user.id, way)
        return _page(user, wrong), limits.REFUSED
    return _let_in(user)


def _let_in(user: User) -> ResponseReturnValue:
    target = onward()
    signing_in.begin(user)
    return redirect(target)


def _note_failure(user_id: int, way: str) -> None:
    with transaction(db.session):
        factors.note_failure(db.session.get_one(User, user_id), way)


def _begin_again() -> ResponseReturnValue:
    flash(_("Sign in once more: after the password there are five minutes for the second step."), "info")
    return redirect(url_for("accounts.sign_in_form", next=local_path(request.args.get("next"))))


def _page(user: User, complaint: str | None = None, filled: Any = None) -> str:
    """The page of the second step; what was typed for another person is not shown again."""
    return render_template(
        "accounts/factors_ask.html",
        person=user,
        has=factors.overview(user),
        code=filled if isinstance(filled, CodeForm) else CodeForm(formdata=None),
        recovery=filled if isinstance(filled, RecoveryForm) else RecoveryForm(formdata=None),
        passkey=PasskeyForm(formdata=None),
        complaint=complaint,
    )
