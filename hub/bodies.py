"""A request whose body stops short of its announced length is an error, and never taken for a whole one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class CompleteBodies:
    """Lets Werkzeug count the bytes of a body even where the server says that it ends the body by itself.

    granian ends the body of a client that went away as if it were complete: half a backup would be stored as a whole.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH"):
            environ.pop("wsgi.input_terminated", None)
        return self.application(environ, start_response)
