"""One's own second factors: set up, looked at, removed."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hub.access import confirmed, signed_in
from hub.accounts import factors, limits, passkey_talk, passkeys, pending, proving, recovery, signing_in, totp
from hub.accounts.factor_forms import CodeForm, NewPasskeyForm
from hub.accounts.models import User
from hub.accounts.pending import ProofExpired
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db, limiter
from hub.here import LARGEST_ID
from hub.sealing import sealed, unsealed

bp = Blueprint("own_factors", __name__, url_prefix="/account/factors")

COMPLAINT = 422  # a form that has to be filled in differently
SET_UP_LASTS = timedelta(minutes=15)
_NEW_APP = "new app"  # the purpose, and in the session the key, of an app that is being set up
_OPEN_BEFORE = ("/account/factors", "/account/confirm", "/login", "/logout", "/static/", "/healthz", "/readyz")


def lead_to_set_up() -> ResponseReturnValue | None:
    """Whoever needs a second factor and has none does nothing else before."""
    if "_user_id" not in session or signing_in.came_by_provider() or request.path.startswith(_OPEN_BEFORE):
        return None
    if not current_user.is_authenticated or not factors.missing(_me()):
        return None
    flash(_("This hub asks you for a second factor. Set one up to go on."), "warning")
    return redirect(url_for("own_factors.show"))


@bp.get("")
@signed_in
def show() -> ResponseReturnValue:
    """What one has, and what one could have."""
    return _show()


@bp.post("/app/begin")
@signed_in
@confirmed
def begin_app() -> ResponseReturnValue:
    """Make a secret for an app; it counts once the app has shown its first code."""
    with transaction(db.session):
        secret = sealed(totp.new_secret())
        session[_NEW_APP] = pending.ask(_NEW_APP, _me(), lasts=SET_UP_LASTS, secret=secret)
    return redirect(url_for(".app_form"))


@bp.post("/prove/options")
@signed_in
@limiter.limit("60 per 10 minutes")
def ask_to_prove() -> ResponseReturnValue:
    """What a browser asks its devices for, to show once more who somebody is."""
    return passkey_talk.ask(passkey_talk.PROVE, _me(), passkeys.request_options(_me()))


@bp.post("/prove")
@signed_in
@limiter.limit(limits.per_address, deduct_when=limits.was_refused)
def prove() -> ResponseReturnValue:
    """Go on to something grave, for whoever has shown a passkey."""
    try:
        passkey_talk.verified(passkey_talk.PROVE, _me(), f"{proving.PREFIX}passkey")
    except HubError as error:
        return proving.ask_again(error.message), limits.REFUSED
    proving.note(_me())
    return proving.go_on()


@bp.get("/app")
@signed_in
def app_form() -> ResponseReturnValue:
    """The secret as a picture and as text, to be given to an app."""
    asked = pending.look(session.get(_NEW_APP), _NEW_APP, _me())
    if asked is None:
        return redirect(url_for(".show"))
    return _app_page(unsealed(asked["secret"]), CodeForm())


@bp.post("/app")
@signed_in
@limiter.limit("20 per hour", key_func=limits.whose_session, deduct_when=limits.was_refused)
def set_up_app() -> ResponseReturnValue:
    """Let the app count, if its first code is right."""
    form, asked = CodeForm(), pending.look(session.get(_NEW_APP), _NEW_APP, _me())
    if asked is None:
        return _show(ProofExpired().message), limits.REFUSED
    secret = unsealed(asked["secret"])
    if not form.validate():
        return _app_page(secret, form, status=COMPLAINT)
    try:
        return _kept_app(secret, form.code.data)
    except totp.CodeRefused as error:
        return _app_page(secret, CodeForm(formdata=None), error.message, limits.REFUSED)


def _kept_app(secret: str, code: str) -> ResponseReturnValue:
    with transaction(db.session):
        me = _me()
        totp.set_up(me, secret, code)
        pending.redeem(session.get(_NEW_APP), _NEW_APP, me)
        codes = [] if recovery.left(me) else recovery.make(me, by=me)
    session.pop(_NEW_APP, None)
    flash(_("Your app is set up: signing in asks for one of its codes from now on."), "success")
    return _codes_page(codes) if codes else redirect(url_for(".show"))


@bp.post("/app/remove")
@signed_in
@confirmed
def remove_app() -> ResponseReturnValue:
    """Let the app count no more."""
    try:
        with transaction(db.session):
            factors.remove_app(_me(), by=_me())
    except HubError as error:
        return _show(error.message), error.status
    flash(_("The app was removed."), "success")
    return redirect(url_for(".show"))


@bp.get("/passkeys/new")
@signed_in
@confirmed
def passkey_form() -> ResponseReturnValue:
    """Adding a passkey."""
    return _passkey_page(NewPasskeyForm())


@bp.post("/passkeys/options")
@signed_in
@limiter.limit("60 per 10 minutes")
def ask_for_passkey() -> ResponseReturnValue:
    """What a browser asks a device to make."""
    return passkey_talk.ask(passkey_talk.CREATE, _me(), passkeys.creation_options(_me()))


@bp.post("/passkeys")
@signed_in
@confirmed
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser has made."""
    form = NewPasskeyForm()
    if not form.validate():
        return _passkey_page(form), COMPLAINT
    try:
        answer, challenge = passkey_talk.brought(passkey_talk.CREATE, _me())
        return _kept_passkey(form.name.data, answer, challenge)
    except HubError as error:
        return _passkey_page(form, error.message), error.status


def _kept_passkey(name: str, answer: str, challenge: str) -> ResponseReturnValue:
    with transaction(db.session):
        me = _me()
        passkey = passkeys.add(me, name, answer, challenge)
        codes = [] if recovery.left(me) else recovery.make(me, by=me)
    flash(_("The passkey “%(name)s” was added.", name=passkey.name), "success")
    return _codes_page(codes) if codes else redirect(url_for(".show"))


@bp.post(f"/passkeys/<int(max={LARGEST_ID}):passkey_id>/remove")
@signed_in
@confirmed
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Let one passkey count no more."""
    try:
        with transaction(db.session):
            factors.remove_passkey(_me(), passkeys.get_own(_me(), passkey_id), by=_me())
    except HubError as error:
        return _show(error.message), error.status
    flash(_("The passkey was removed."), "success")
    return redirect(url_for(".show"))


@bp.post("/recovery")
@signed_in
@confirmed
def make_recovery_codes() -> ResponseReturnValue:
    """Ten new codes, shown this once."""
    if not factors.needed(_me()):
        return _show(_("Set up an app or a passkey first: recovery codes stand in for one of them.")), COMPLAINT
    with transaction(db.session):
        codes = recovery.renew(_me(), by=_me())
    return _codes_page(codes)


def _show(complaint: str | None = None) -> str:
    return render_template("accounts/factors_own.html", has=factors.overview(_me()), complaint=complaint)


def _app_page(secret: str, form: CodeForm, complaint: str | None = None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "accounts/factors_app.html",
        picture=totp.picture(totp.address(_me(), secret)),
        secret=totp.in_groups(secret),
        form=form,
        complaint=complaint,
    )
    return _not_kept(page, status)


def _codes_page(codes: list[str]) -> ResponseReturnValue:
    return _not_kept(render_template("accounts/factors_codes.html", codes=codes))


def _not_kept(page: str, status: int = 200) -> ResponseReturnValue:
    """A page with a secret: no browser and no proxy keeps it."""
    return page, status, {"Cache-Control": "no-store"}


def _passkey_page(form: NewPasskeyForm, complaint: str | None = None) -> str:
    return render_template("accounts/factors_new_passkey.html", form=form, complaint=complaint)


def _me() -> User:
    return current_user._get_current_object()  # type: ignore[no-any-return]  # the proxy is untyped
