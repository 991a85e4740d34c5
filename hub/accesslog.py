"""What the hub writes to its log: one line for each request, with the secrets in its address masked."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

import structlog
from flask import Flask
from werkzeug.wsgi import ClosingIterator

from hub.bodies import CompleteBodies
from hub.proxies import TrustedProxies

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECRETS = (
    "wstoken",
    "token",
    "newtoken",
    "password",
    "sitesecret",
    "privatetoken",
    "freshmoodletoken",
    "code",
    "secret",
)
MASK = "***"
_LAYERS = 4
_IN_TEXT = re.compile(rf"(?i)\b((?:\w*\[)?(?:{'|'.join(SECRETS)})\]?=)[^&\s\"']+")
_SHARED = (structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True))
_RENDERER = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)

structlog.configure(
    processors=[*_SHARED, _RENDERER],
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
)
log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Log every request, with the address of the visitor rather than of a trusted proxy."""
    app.wsgi_app = CompleteBodies(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented place for this
    app.wsgi_app = AccessLog(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = TrustedProxies(app.wsgi_app, app.config["HUB"].trusted_proxies)  # type: ignore[method-assign]


def configure_logging() -> None:
    """Send what libraries and our own modules log where the access log goes, in the same form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _mask_event,
                _RENDERER,
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)


def masked(query: str) -> str:
    """The query string with the values of secrets replaced, however their names are written."""
    return "&".join(_masked_pair(pair) for pair in query.split("&"))


class AccessLog:
    """Writes the line when the answer has been sent to its last byte, or given up."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        told: dict[str, Any] = {}

        def note(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            told["status"] = int(status[:3])
            told["bytes"] = next((value for name, value in headers if name.lower() == "content-length"), "-")
            return start_response(status, headers, *error)

        answer = self.application(environ, note)
        return ClosingIterator(answer, lambda: _write(environ, told, time.perf_counter() - began))


def _write(environ: WSGIEnvironment, told: dict[str, Any], seconds: float) -> None:
    log.info(
        "request",
        client=environ.get("REMOTE_ADDR", "-"),
        method=environ["REQUEST_METHOD"],
        path=_path(environ),
        **told,
        ms=round(seconds * 1000, 1),
        agent=environ.get("HTTP_USER_AGENT", "-")[:200],
    )


def _path(environ: WSGIEnvironment) -> str:
    path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{masked(query)}"[:4000] if query else path


def _masked_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    known = unquote_plus(name).lower().rpartition("[")[2].rstrip("]").strip()
    if equals and value and known in SECRETS:
        return f"{name}={MASK}"
    return f"{name}={_masked_inside(value)}" if _IN_TEXT.search(_unquoted(value)) else pair


def _masked_inside(value: str) -> str:
    """The address that a sign-in page leads back to, say: the secrets in it are masked like those of any other."""
    path, mark, query = unquote_plus(value).partition("?")
    return quote(path + mark + masked(query) if mark else _IN_TEXT.sub(rf"\1{MASK}", path), safe="/?=*")


def _unquoted(value: str) -> str:
    """The text behind as many layers of quoting as an address has that leads back to one that leads back."""
    for _ in range(_LAYERS):
        value = unquote_plus(value)
    return value


def _mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in ("event", "exception"):
        if key in event:
            event[key] = _IN_TEXT.sub(rf"\1{MASK}", str(event[key]))
    return event
