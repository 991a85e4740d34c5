"""Errors as pages: what happened and what to do next; below /api/ as problem details (RFC 9457) for programs."""

from __future__ import annotations

import json
import logging
import secrets
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from hub import barepage
from hub.errors import HubError
from hub.extensions import db, limiter
from hub.webservices import views as webservices
from hub.webservices.faults import InternalError

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
DATABASE_BACK_AFTER = 30  # seconds
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


@dataclass(frozen=True)
class Trouble:
    """An error as somebody is told about it."""

    status: int
    title: str
    message: str
    advice: str = ""
    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def init_app(app: Flask) -> None:
    """Show every error of the family, every error of HTTP, and whatever breaks."""
    app.register_error_handler(HubError, show)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(InternalServerError, _broken)
    for absence in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(absence, _database_away)
    app.log_exception = _log  # type: ignore[method-assign]  # Flask's own line has no number that the page could name


def show(error: HubError) -> ResponseReturnValue:
    """The error as a page, or as problem details; at the web services in the caller's dialect."""
    if request.endpoint == "webservices.serve":
        return webservices.refuse(error)
    db.session.rollback()
    title, _message, advice = _HTTP.get(error.status, (lazy("This did not work"), "", ""))
    wait = getattr(error, "retry_after", None)
    return _answer(
        Trouble(
            error.status,
            str(title),
            error.message,
            come_back(wait) if wait else str(advice),
            error.key,
            {"Retry-After": str(wait)} if wait else {},
        )
    )


def come_back(seconds: int) -> str:
    """When to try again, in a sentence."""
    minutes, hours = -(-seconds // 60), -(-seconds // 3600)
    if seconds < 100:
        return str(ngettext("Come back in %(num)d second.", "Come back in %(num)d seconds.", seconds))
    if minutes < 100:
        return str(ngettext("Come back in %(num)d minute.", "Come back in %(num)d minutes.", minutes))
    return str(ngettext("Come back in %(num)d hour.", "Come back in %(num)d hours.", hours))


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    message = _("This form has expired, or it was sent from another page.")
    advice = _("Go back, reload the page and send the form again. Your browser has to accept the hub's cookie.")
    return _answer(Trouble(400, _("Please send the form again"), message, advice, "csrf"))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    title, message, advice = _HTTP.get(error.code, (error.name, error.description or "", ""))
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    if error.code == 429:
        advice = come_back(_seconds_to_wait())
    return _answer(Trouble(error.code, str(title), str(message), str(advice), str(error.code), headers))


def _seconds_to_wait() -> int:
    """How long the limit that was just reached holds."""
    reached = limiter.current_limit
    return max(1, int(reached.reset_at - time.time()) + 1) if reached else 60


def _answer(trouble: Trouble) -> ResponseReturnValue:
    if _asked_by_program():
        return _problem(trouble)
    page = render_template("errors/error.html", trouble=trouble)
    return page, trouble.status, trouble.headers


def _asked_by_program() -> bool:
    wanted = request.accept_mimetypes.best_match([PROBLEM, "application/json", "text/html"])
    return request.path.startswith("/api/") and wanted != "text/html"


def _problem(trouble: Trouble, **members: str) -> Response:
    told = {
        "type": "about:blank",
        "title": trouble.title,
        "status": trouble.status,
        "detail": f"{trouble.message} {trouble.advice}".strip(),
        **({"key": trouble.key} if trouble.key and not trouble.key.isdigit() else {}),
        **members,
    }
    return Response(json.dumps(told), trouble.status, trouble.headers, content_type=PROBLEM)


def _broken(_error: InternalServerError) -> ResponseReturnValue:
    message = "The hub could not answer. Nothing was changed by what you just sent."
    advice = "Try again in a moment. If it happens again, tell the people who run this hub the number below."
    return _bare(Trouble(500, "Something broke", message, advice))


def _database_away(error: SQLAlchemyError) -> ResponseReturnValue:
    _log((type(error), error, error.__traceback__))
    message = "The hub's database does not answer at the moment. Nothing was changed by what you just sent."
    advice = "This page needs no database. Try again in a minute; the people who run this hub find more in its log."
    wait = {"Retry-After": str(DATABASE_BACK_AFTER)}
    return _bare(Trouble(503, "The hub cannot answer at the moment", message, advice, headers=wait))


def _bare(trouble: Trouble) -> ResponseReturnValue:
    """The answer without any part that could break again."""
    _let_go_of_the_database()
    if request.endpoint == "webservices.serve":
        return webservices.refuse(InternalError())
    if _asked_by_program():
        return _problem(trouble, number=_number())
    page = barepage.render(
        request.script_root,
        title=trouble.title,
        message=trouble.message,
        advice=trouble.advice,
        number=_number(),
    )
    return page, trouble.status, {**trouble.headers, "Cache-Control": "no-store"}


def _let_go_of_the_database() -> None:
    try:
        db.session.rollback()
    except SQLAlchemyError:
        log.warning("the session could not be rolled back, error %s", _number())


def _number() -> str:
    """The number of the present error, on the page and in the log."""
    if "error_number" not in g:
        g.error_number = secrets.token_hex(4)
    return str(g.error_number)


def _log(exc_info: _ExcInfo) -> None:
    log.error("error %s at %s %s", _number(), request.method, request.path, exc_info=exc_info)


_HTTP: dict[int, tuple[Any, Any, Any]] = {
    400: (
        lazy("The hub could not read this"),
        lazy("Something is missing in what was sent, or it is not as this address expects it."),
        lazy("Go back and check what you typed or pasted, then send it again."),
    ),
    403: (
        lazy("Not allowed"),
        lazy("Your account may not do this."),
        lazy("Sign in with another account, or ask an administrator of this hub."),
    ),
    404: (
        lazy("Not found"),
        lazy("There is no page here."),
        lazy("Check the address for a typing error, search for a course, or begin at the front page."),
    ),
    405: (
        lazy("Not possible this way"),
        lazy("This address exists, but it does not take this kind of request."),
        lazy("Begin at the front page and follow the links from there."),
    ),
    410: (
        lazy("Gone"),
        lazy("This was here once and has been withdrawn."),
        lazy("It will not come back under this address. Search for something like it."),
    ),
    413: (
        lazy("Too large"),
        lazy("What you sent is larger than this hub accepts."),
        lazy("Send less, or a smaller file; the page you came from says how much it takes."),
    ),
    429: (
        lazy("Too many requests"),
        lazy("More was asked from your internet address, or for this account, than the hub answers in this time."),
        lazy("Wait a little, then try again."),
    ),
    503: (
        lazy("Not at the moment"),
        "",
        lazy("Try again later."),
    ),
}
