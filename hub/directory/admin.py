"""The page of the directory: where the registration stands, what is told, and every act on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub.access import Permission, confirmed, requires
from hub.accounts.models import User
from hub.admin import history, menu, overview, waiting
from hub.admin.overview import Condition
from hub.database import retrying
from hub.directory import errands, jobs, membership
from hub.directory.settings import directoryurl
from hub.directory.steps import ASKED_FOR, State
from hub.errors import HubError
from hub.extensions import db
from hub.runtime import allow_form_target
from hub.settings import declared
from hub.sites import introduction
from hub.sites.identity import origin

bp = Blueprint("directory_admin", __name__)

FAILURES_BEFORE_WARNING = 3  # the daily update may meet a directory that is being mended

menu.add(_("Directory"), "directory_admin.index", Permission.SEE_DIRECTORY, position=88)


def _warning() -> str | None:
    found = membership.find_live()
    if found is None or not found.problem:
        return None
    if found.state is State.LEAVING and declared.current("privacy") == "private":
        return gettext(
            "This hub is private, but the directory of hubs may still list it: it could not be told yet. %(problem)s",
            problem=found.problem,
        )
    if found.state is State.LEAVING:
        return gettext(
            "The directory of hubs could not be told that this hub leaves it. %(problem)s", problem=found.problem
        )
    if found.failure_count >= FAILURES_BEFORE_WARNING:
        return gettext("The directory of hubs does not take this hub's updates. %(problem)s", problem=found.problem)
    return None


def _standing() -> Condition:
    found = membership.find_live()
    if found is None:
        return Condition(gettext("Not registered with a directory of hubs."))
    if found.problem:
        return Condition(gettext("The last call to the directory did not work."), well=False)
    if found.state is State.CONFIRMED:
        return Condition(gettext("Registered with a directory of hubs."))
    return Condition(gettext("The directory has not answered yet."))


waiting.warn(_warning, Permission.MANAGE_DIRECTORY)
overview.tell(_("Directory"), _standing, "directory_admin.index", Permission.SEE_DIRECTORY, position=50)


class ToDirectory(Response):
    """Sends the browser to the directory, byte for byte: Werkzeug would write the address anew."""

    def __init__(self, address: str) -> None:
        super().__init__(status=303, headers={"Location": address, "Cache-Control": "no-store"})

    def get_wsgi_headers(self, environ: Any) -> Any:
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self.headers["Location"]
        return headers


@bp.get("/admin/directory")
@requires(Permission.SEE_DIRECTORY)
def index() -> ResponseReturnValue:
    """Where the registration stands, and everything that the directory is told."""
    found = membership.find_live()
    url = found.directory_url if found else declared.current(directoryurl.name)
    if url:
        allow_form_target(origin(url))  # the button's answer sends the browser there
    return render_template(
        "directory/index.html",
        found=found,
        url=url,
        unencrypted=urlsplit(url).scheme.lower() == "http",
        told=introduction.to_the_directory(),
        lacking=membership.lacking(),
        ended=membership.ended(),
        events=history.of(found, limit=20) if found else [],
        days=ASKED_FOR.days,
        other_url=bool(found) and declared.current(directoryurl.name) not in ("", url),
    )


@bp.get("/local/hub/admin/register.php")
@requires(Permission.SEE_DIRECTORY)
def former_address() -> ResponseReturnValue:
    """The original's address of this page; what it asks for in its query is asked for there."""
    return redirect(url_for(".index"))


@bp.post("/admin/directory/register")
@requires(Permission.MANAGE_DIRECTORY)
def register() -> ResponseReturnValue:
    """Begin a registration, or go on with one that waits: the browser carries it to the directory."""
    try:
        return ToDirectory(retrying(db.session, lambda: membership.ask(by=_me())))
    except HubError as error:
        return _back(error)


@bp.get("/local/hub/admin/confirmregistration.php")
@requires(Permission.MANAGE_DIRECTORY)
def confirmation() -> ResponseReturnValue:
    """The directory has sent the administrator back: shows who confirms what. Nothing happens before the button."""
    given = {name: request.args.get(name, "") for name in ("token", "newtoken", "url")}
    found = membership.get_asked(given["token"], given["url"])
    if found.state is not State.ASKED:
        return redirect(url_for(".index"))
    page = render_template("directory/confirmation.html", found=found, given=given)
    return Response(page, headers={"Cache-Control": "no-store"})  # tokens stand in it


@bp.post("/local/hub/admin/confirmregistration.php")
@requires(Permission.MANAGE_DIRECTORY)
def confirm() -> ResponseReturnValue:
    """The administrator confirms the registration."""
    token, new_token, url = (request.form.get(name, "") for name in ("token", "newtoken", "url"))
    retrying(db.session, lambda: membership.confirm(token, new_token, url, by=_me()))
    flash(gettext("This hub is registered with the directory."), "success")
    return redirect(url_for(".index"))


@bp.post("/admin/directory/update")
@requires(Permission.MANAGE_DIRECTORY)
def update() -> ResponseReturnValue:
    """Tell the directory now what this hub is and offers."""
    try:
        jobs.tell(retrying(db.session, errands.take_update), by=_me())
    except HubError as error:
        return _back(error)
    flash(gettext("The directory has taken the update."), "success")
    return redirect(url_for(".index"))


@bp.get("/admin/directory/unregister")
@requires(Permission.MANAGE_DIRECTORY)
def before_leaving() -> ResponseReturnValue:
    """What leaving means, and the two ways to do it."""
    found = membership.find_live()
    if found is None:
        return redirect(url_for(".index"))
    return render_template("directory/unregister.html", found=found)


@bp.post("/admin/directory/unregister")
@requires(Permission.MANAGE_DIRECTORY)
@confirmed
def unregister() -> ResponseReturnValue:
    """Leave the directory, or clean up here without telling it."""
    try:
        done = _forgotten() if request.form.get("force") else _left()
    except HubError as error:
        return _back(error)
    flash(done, "success")
    return redirect(url_for(".index"))


@bp.post("/admin/directory/stay")
@requires(Permission.MANAGE_DIRECTORY)
def stay() -> ResponseReturnValue:
    """Take the decision to leave back."""
    try:
        retrying(db.session, lambda: membership.stay(by=_me()))
    except HubError as error:
        return _back(error)
    flash(gettext("This hub stays registered."), "success")
    return redirect(url_for(".index"))


def _forgotten() -> str:
    retrying(db.session, lambda: membership.forget(by=_me()))
    return gettext("The registration is cleaned up here. The directory was not told.")


def _left() -> str:
    errand = retrying(db.session, lambda: errands.take_leave(by=_me()))
    if errand is None:
        return gettext("The registration is withdrawn.")
    jobs.tell(errand, by=_me())
    return gettext("This hub has left the directory.")


def _back(error: HubError) -> ResponseReturnValue:
    """The room again, with what kept the act from being done; the room shows the state that there is now."""
    flash(error.message, "error")
    return redirect(url_for(".index"), 303)


def _me() -> User:
    return current_user._get_current_object()
