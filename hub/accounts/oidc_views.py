"""Single sign-on in the browser: off to the provider, back from it, and one's own account's tie to it."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hub import clock
from hub.access import confirmed, open_to_all, signed_in
from hub.accounts import limits, oidc, pending, proving, signing_in
from hub.accounts.models import User
from hub.accounts.oidc import Vouched
from hub.accounts.oidc_provider import Provider, ProviderDistrusted, Question, provider
from hub.accounts.pending import ProofExpired
from hub.accounts.returning import local_path
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db, limiter
from hub.runtime import hub_url

bp = Blueprint("oidc", __name__)

LASTS = timedelta(minutes=10)  # people may have to look for a phone at the provider
FRESH = 300  # seconds since which a person must have signed in there, to prove who they are
SIGN_IN, LINK, PROVE = "oidc sign in", "oidc link", "oidc prove"
_LINKED = "oidc linked"
_SENT = "oidc"  # in the session: the state that this browser was sent out with, and what for
_OFFERED = "oidc_offered"  # in the session: the key of the person to whom the account may be tied


@bp.get("/login/oidc")
@open_to_all
@limiter.limit("60 per 10 minutes")
def begin() -> ResponseReturnValue:
    """Send the browser to the provider, to sign in."""
    return _send(SIGN_IN, None)


@bp.get("/account/oidc/link")
@signed_in
@confirmed
def begin_to_link() -> ResponseReturnValue:
    """Send the browser to the provider, to tie one's account to it."""
    return _send(LINK, _me())


@bp.get("/account/oidc/prove")
@signed_in
@limiter.limit("60 per 10 minutes")
def begin_to_prove() -> ResponseReturnValue:
    """Send the browser to the provider, to show once more who one is."""
    return _send(PROVE, _me())


@bp.get("/login/oidc/callback")
@open_to_all
@limiter.limit(limits.per_address, deduct_when=limits.was_refused)
def come_back() -> ResponseReturnValue:
    """The browser comes back from the provider; what it was sent for is done if the provider vouches for it."""
    try:
        purpose, asked = _redeemed()
        return _AFTER[purpose](_vouched(asked), asked)
    except HubError as error:
        with transaction(db.session):
            oidc.note_refusal(error.key)
        return render_template("accounts/oidc_refused.html", complaint=error.message), error.status


@bp.get("/account/oidc")
@signed_in
def show() -> ResponseReturnValue:
    """Who one is at the provider, or could be."""
    offered = pending.look(session.get(_OFFERED), _LINKED, _me())
    return render_template(
        "accounts/oidc_own.html", provider=_provider(), identity=oidc.of(_me()), offered=offered and offered["called"]
    )


@bp.post("/account/oidc/link")
@signed_in
@confirmed
def link() -> ResponseReturnValue:
    """Tie one's account to the person who came back from the provider."""
    with transaction(db.session):
        offered = pending.redeem(session.pop(_OFFERED, None), _LINKED, _me())
        if offered is not None:
            oidc.link(_me(), Vouched(offered["issuer"], offered["subject"], offered["called"]))
    if offered is None:
        raise ProofExpired
    flash(_("Your account is linked."), "success")
    return redirect(url_for(".show"))


@bp.post("/account/oidc/unlink")
@signed_in
@confirmed
def unlink() -> ResponseReturnValue:
    """Let the provider's word count no more for one's account."""
    with transaction(db.session):
        oidc.unlink(_me(), by=_me())
    flash(_("Your account is not linked any more."), "success")
    return redirect(url_for(".show"))


def _send(purpose: str, user: User | None) -> ResponseReturnValue:
    asked = {"nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48)}
    onward = local_path(request.args.get("next")) or ""
    try:
        with transaction(db.session):
            state = pending.ask(purpose, user, lasts=LASTS, onward=onward, **asked)
        address = _provider().address(_question(state, asked, anew=purpose == PROVE))
    except HubError as error:
        return render_template("accounts/oidc_refused.html", complaint=error.message), error.status
    session[_SENT] = [state, purpose]
    return redirect(address)


def _redeemed() -> tuple[str, dict[str, Any]]:
    """What this browser was sent out for, and what it should bring back; used up by coming back, whatever it brings."""
    state, purpose = session.pop(_SENT, None) or ("", "")
    if not state or not hmac.compare_digest(state.encode(), request.args.get("state", "").encode()):
        raise ProofExpired
    user = None if purpose == SIGN_IN else _me()
    with transaction(db.session):
        asked = pending.redeem(state, purpose, user if user is None or user.is_authenticated else None)
    if asked is None:
        raise ProofExpired
    return purpose, {**asked, "state": state}


def _vouched(asked: dict[str, Any]) -> tuple[Vouched, dict[str, Any]]:
    """Whom the provider vouches for, and its claims."""
    if "error" in request.args:
        raise ProviderDistrusted(_("it did not let you in, or you cancelled"))
    code = request.args.get("code", "")[:4000]
    question = _question(asked["state"], asked)
    claims = dict(_provider().vouched(code, request.args.get("iss"), question))
    return oidc.read(claims, current_app.config["HUB"]), claims


def _sign_in(found: tuple[Vouched, dict[str, Any]], asked: dict[str, Any]) -> ResponseReturnValue:
    with transaction(db.session):
        user = oidc.come_in(found[0])
    signing_in.begin(user, by_provider=True)
    return redirect(_onward(asked) or url_for("admin.overview"))


def _offer(found: tuple[Vouched, dict[str, Any]], asked: dict[str, Any]) -> ResponseReturnValue:
    """Nothing is tied before its owner has seen to whom: somebody may have signed this browser in there as another."""
    vouched = found[0]
    if oidc.find(vouched) is not None:
        raise oidc.IdentityTaken
    with transaction(db.session):
        session[_OFFERED] = pending.ask(
            _LINKED, _me(), issuer=vouched.issuer, subject=vouched.subject, called=vouched.called
        )
    return redirect(url_for(".show"))


def _note_proof(found: tuple[Vouched, dict[str, Any]], asked: dict[str, Any]) -> ResponseReturnValue:
    """Whoever has just signed in there as the person of this account has shown who they are."""
    vouched, claims = found
    identity, moment = oidc.find(vouched), claims.get("auth_time")
    if identity is None or identity.user_id != _me().id:
        raise ProviderDistrusted(_("you are somebody else there than here"))
    if not isinstance(moment, int) or clock.to_unix(clock.now()) - moment > FRESH:
        raise ProviderDistrusted(_("it did not ask you anew who you are"))
    proving.note(_me())
    return redirect(_onward(asked) or url_for("accounts.account"))


_AFTER = {SIGN_IN: _sign_in, LINK: _offer, PROVE: _note_proof}


def _question(state: str, asked: dict[str, Any], *, anew: bool = False) -> Question:
    return Question(state, asked["nonce"], asked["verifier"], f"{hub_url()}/login/oidc/callback", anew)


def _onward(asked: dict[str, Any]) -> str | None:
    wanted = local_path(asked["onward"])
    return request.script_root + wanted if wanted else None


def _provider() -> Provider:
    found = provider()
    if found is None:
        abort(404)
    return found


def _me() -> User:
    return current_user._get_current_object()  # type: ignore[no-any-return]  # the proxy is untyped
