"""Errors as pages: what happened and what to do next, with the right status."""

from __future__ import annotations

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from hub.errors import HubError
from hub.extensions import db


def init_app(app: Flask) -> None:
    """Show every error of the family, and every error of HTTP, as a page."""
    app.register_error_handler(HubError, _hub_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)


def _hub_error(error: HubError) -> ResponseReturnValue:
    db.session.rollback()
    title = str(_HTTP[error.status][0]) if error.status in _HTTP else _("This did not work")
    return render_template("errors/error.html", title=title, message=error.message, key=error.key), error.status


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    message = _("This form has expired, or it was sent from another page. Go back, reload the page and send it again.")
    return render_template("errors/error.html", title=_("Please send the form again"), message=message, key="csrf"), 400


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    title, message = _HTTP.get(error.code, (error.name, error.description or ""))
    body = render_template("errors/error.html", title=str(title), message=str(message), key=str(error.code))
    return body, error.code, dict(error.get_headers())


_HTTP = {
    403: (lazy("Not allowed"), lazy("Your account may not do this. Ask an administrator of this hub.")),
    404: (lazy("Not found"), lazy("There is no page here. Check the address, or search from the front page.")),
    405: (lazy("Not possible this way"), lazy("This address does not take this kind of request.")),
    410: (lazy("Gone"), lazy("This was here once and has been withdrawn.")),
    413: (lazy("Too large"), lazy("What you sent is larger than this hub accepts.")),
    429: (lazy("Too many requests"), lazy("Wait a little, then try again.")),
    500: (lazy("Something broke"), lazy("The hub could not answer. The error was logged; try again later.")),
}
