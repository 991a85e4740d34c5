"""The one address of the web services. It decides by the request which dialect is spoken, and never redirects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from hub.access import open_to_all
from hub.errors import HubError
from hub.extensions import csrf
from hub.webservices import rest, xmlrpc
from hub.webservices.dispatch import CarryOut, Dispatcher, Outcome
from hub.webservices.exchange import Answer, Incoming

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

bp = Blueprint("webservices", __name__)
csrf.exempt(bp)  # callers have a token of their own and no session

LARGEST_BODY = max(rest.LARGEST_BODY, xmlrpc.LARGEST_BODY)
MOST_DRAINED = 8 * LARGEST_BODY  # read and forgotten, so that a client that sends too much still hears why
_CHUNK = 64 * 1024

_GREETING = b"This address is for the web services of a hub: Moodle sites call it. People start at the front page.\n"


@bp.route("/local/hub/webservice/webservices.php", methods=["GET", "POST", "HEAD"], merge_slashes=False)
@open_to_all
def serve() -> Response:
    """A call in XML-RPC or REST, answered in kind; a visit without a call gets a line of text."""
    dispatcher: Dispatcher = current_app.extensions["webservices"]
    return _response(_answer(_incoming(), dispatcher.carry_out))


@bp.route("/login/token.php", methods=["GET", "POST"])
@open_to_all
def sign_in_for_token() -> Response:
    """Generic clients ask for a token by name and password here; a hub gives tokens to sites only, and says so."""
    told = {
        "error": "This hub gives no tokens for names and passwords. A Moodle site gets its token when it registers.",
        "errorcode": "enablewsdescription",
    }
    return _response(Answer(json.dumps(told).encode(), "application/json; charset=utf-8"))


def refuse(error: HubError) -> Response:
    """The answer to the present request, in its dialect, when ``error`` keeps it from being carried out."""
    return _response(_answer(_incoming(), _refusing(error)))


def _refusing(error: HubError) -> CarryOut:
    return lambda _call: Outcome(error=error)


def _answer(incoming: Incoming, carry_out: CarryOut) -> Answer:
    try:
        variables = rest.all_variables(incoming)
    except HubError as error:
        variables, carry_out = rest.reserved_variables(incoming), _refusing(error)
    if incoming.method != "HEAD" and "wsfunction" in variables:
        return rest.answer(incoming.method, variables, carry_out)
    if incoming.method == "POST":
        return xmlrpc.answer(incoming, str(variables.get("wstoken", "")), carry_out)
    return Answer(_GREETING, "text/plain; charset=utf-8")


def _incoming() -> Incoming:
    environ = request.environ  # read once and directly: every call passes here, and pages' conveniences cost time
    return Incoming(
        method=environ["REQUEST_METHOD"],
        query=environ.get("QUERY_STRING", "").encode("latin-1"),
        body=_body(environ) if environ["REQUEST_METHOD"] == "POST" else b"",
        content_type=environ.get("CONTENT_TYPE", ""),
        user_agent=environ.get("HTTP_USER_AGENT", ""),
    )


def _body(environ: WSGIEnvironment) -> bytes:
    """The body, cut after one byte more than any dialect takes; read past Flask's own limits, which answer in HTML."""
    stream = get_input_stream(environ)
    try:
        body = stream.read(LARGEST_BODY + 1)
        drained = len(body)
        while drained > LARGEST_BODY and drained < MOST_DRAINED and (chunk := stream.read(_CHUNK)):
            drained += len(chunk)
    except ClientDisconnected:
        return b""
    return body


def _response(answer: Answer) -> Response:
    headers = {"Cache-Control": "no-store", **answer.headers}
    return Response(answer.body, headers=headers, content_type=answer.content_type)
