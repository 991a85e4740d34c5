"""Asking again who somebody is, before something grave: what they had asked for is done afterwards, fields included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hub.access import signed_in
from hub.accounts import limits, people, sessions
from hub.accounts.forms import LONGEST_PASSWORD
from hub.accounts.models import User
from hub.accounts.people import Proof
from hub.accounts.returning import local_path
from hub.database import transaction
from hub.events.record import Event, record
from hub.extensions import db

bp = Blueprint("proving", __name__)

PREFIX = "confirm_"  # of our own fields, beside those that are repeated
MOST_FIELDS = 1000
MOST_CHARACTERS = 200_000  # of a form that is kept while its sender proves who they are
AGAIN = 307  # the browser sends the same form once more, to the address it was meant for


@dataclass(frozen=True)
class Way:
    """Something other than the password that proves who somebody is: a text that they type."""

    name: str
    label: str
    offered: Callable[[User], bool]
    prove: Callable[[User, str], bool]  # asked inside a transaction


_ways: dict[str, Way] = {}


def add_way(way: Way) -> None:
    """Let people prove themselves by this too."""
    _ways[way.name] = way


def ask_for_proof() -> ResponseReturnValue:
    """The page that asks who somebody is, instead of the page or act that they wanted."""
    if request.method == "GET":
        return redirect(url_for("proving.form", next=request.full_path.rstrip("?")))
    fields = _fields()
    if request.files or not _can_be_kept(fields):
        flash(_("Confirm who you are, then send the form once more: it was too large to be kept meanwhile."), "warning")
        return redirect(url_for("proving.form", next=_page_of_the_form()))
    return _page(request.full_path.rstrip("?"), fields)


@bp.get("/account/confirm")
@signed_in
def form() -> ResponseReturnValue:
    """Ask for the password, to go on to a page of ours."""
    return _page(local_path(request.args.get("next")) or url_for("accounts.account"), None)


@bp.post("/account/confirm")
@signed_in
@limits.proofs
def confirm() -> ResponseReturnValue:
    """Note the proof, then go on to what was asked for."""
    password = request.form.get(PREFIX + "password", "")[:LONGEST_PASSWORD]
    proof = people.prove(current_user.username, password) if password else None
    with transaction(db.session):
        proved = _note(current_user._get_current_object(), proof)
    return go_on() if proved else (ask_again(_("This was not right. Try once more.")), limits.REFUSED)


def go_on() -> ResponseReturnValue:
    """Lead whoever has proved who they are to what they had asked for."""
    target, repeated = _wanted()
    return redirect(request.script_root + target, AGAIN if repeated else 303)


def ask_again(complaint: str) -> str:
    """The page once more, for whoever proved nothing."""
    target, repeated = _wanted()
    return _page(target, _fields() if repeated else None, complaint)


def note(user: User) -> None:
    """Write down that this browser has just proved whose it is, in a transaction of its own."""
    with transaction(db.session):
        if user.browser is not None:
            sessions.note_proof(user.browser)


def _wanted() -> tuple[str, bool]:
    """Where somebody was on the way to, and whether a form is to be sent there once more."""
    target = local_path(request.form.get(PREFIX + "target")) or url_for("accounts.account")
    return target, request.form.get(PREFIX + "again") == "1"


def _note(user: User, proof: Proof | None) -> bool:
    if user.browser is None or not (_by_password(user, proof) or _by_another_way(user)):
        record(Event.SIGN_IN_FAILED, user, by=user)
        return False
    sessions.note_proof(user.browser)
    return True


def _by_password(user: User, proof: Proof | None) -> bool:
    return people.admit(user.username, proof) is not None


def _by_another_way(user: User) -> bool:
    typed = {way: request.form.get(PREFIX + way.name, "").strip()[:LONGEST_PASSWORD] for way in _offered(user)}
    return any(way.prove(user, text) for way, text in typed.items() if text)


def _offered(user: User) -> list[Way]:
    return [way for way in _ways.values() if way.offered(user)]


def _fields() -> list[tuple[str, str]]:
    """What was sent, without our own fields and the token, of which the page has a new one."""
    sent = request.form.items(multi=True)
    return [(name, text) for name, text in sent if name != "csrf_token" and not name.startswith(PREFIX)]


def _can_be_kept(fields: list[tuple[str, str]]) -> bool:
    return len(fields) <= MOST_FIELDS and sum(len(name) + len(text) for name, text in fields) <= MOST_CHARACTERS


def _page_of_the_form() -> str | None:
    """Where the form stands that was sent, as the browser says; only a page of ours."""
    told = urlsplit(request.referrer or "")
    if told.netloc != request.host:
        return None
    return local_path(told.path.removeprefix(request.script_root) + (f"?{told.query}" if told.query else ""))


def _page(target: str, fields: list[tuple[str, str]] | None, complaint: str = "") -> str:
    return render_template(
        "accounts/confirm.html",
        target=target,
        fields=fields,
        prefix=PREFIX,
        ways=_offered(current_user._get_current_object()),
        complaint=complaint,
    )
