"""The two addresses at which sites send a course's files, and sites and people fetch them."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from datetime import date
from typing import BinaryIO

from flask import Blueprint, Flask, Response, current_app, request
from flask_login import current_user
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_input_stream

from hub import clock
from hub.access import Permission, open_to_all
from hub.courses import downloads, serving, uploads
from hub.courses.files import FileUnknown
from hub.courses.models import FileKind
from hub.courses.serving import Served, Viewer, Wanted
from hub.courses.uploads import Limits, Upload
from hub.database import retrying
from hub.errors import HubError
from hub.extensions import csrf, db
from hub.settings import declared, emergency, logo
from hub.storage import incoming, multipart
from hub.storage.files import Files, files
from hub.storage.incoming import Arrival

log = logging.getLogger(__name__)

bp = Blueprint("transfer", __name__)
csrf.exempt(bp)  # sites show a token of their own and have no session

_READ_SIZE = 256 * 1024
_EMPTY_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@bp.post("/local/hub/webservice/upload.php")
@open_to_all
def upload() -> Response:
    """A file of a course. Sites do not look at the answer, so it is for whoever reads it: 200, or 4xx and why."""
    limits = Limits.current()
    db.session.rollback()  # no transaction stays open while a file arrives
    with incoming.arrival(
        at_once=limits.at_once, expected=request.content_length or 0, kept_free=limits.kept_free
    ) as arriving:
        sent = _receive(arriving, limits)
        _keep(sent, arriving, limits)
    return Response("The file was received.\n", mimetype="text/plain")


def _receive(arriving: Arrival, limits: Limits) -> Upload:
    def begin(fields: dict[str, str]) -> Arrival:
        arriving.most = limits.of(fields.get("filetype", ""))
        return arriving

    most = limits.largest + multipart.AROUND_THE_FILE
    stream = get_input_stream(request.environ, max_content_length=most)
    sent = Upload.parse(multipart.read(stream, request.content_type or "", begin))
    arriving.close()
    if arriving.size > limits.of(sent.kind.value):
        raise incoming.FileTooLarge(limits.of(sent.kind.value))
    return sent


def _keep(sent: Upload, arrived: Arrival, limits: Limits) -> None:
    declared.forget()  # a large file took its time: what holds now is what counts
    key = retrying(db.session, lambda: uploads.admit(sent, arrived.size, limits))
    try:
        stored = uploads.store(sent, key, arrived, files())
    except HubError as refusal:
        reason = refusal
        retrying(db.session, lambda: uploads.note_refusal(sent, reason))
        raise
    retrying(db.session, lambda: uploads.accept(sent, stored, now=clock.now()))


@bp.get("/local/hub/webservice/download.php")
@open_to_all
def download() -> Response:
    """A backup, a screenshot or the hub's logo. What cannot be had is an empty 404: sites save whatever comes."""
    if request.args.get("filetype") == "hubscreenshot":
        return _cached(_logo())
    wanted = Wanted.parse(request.args)
    served = serving.find(wanted, _viewer())
    size = files().size(served.key)
    if size is None:
        raise FileUnknown
    finished = _counter(served) if wanted.kind is FileKind.BACKUP else _nothing
    return _response(served, _Sending(served.key, files(), finished), size)


def _viewer() -> Viewer:
    signed_in = bool(current_user.is_authenticated)
    return Viewer(
        moderator=signed_in and current_user.may(Permission.SEE_MODERATION),
        signed_in=signed_in,
        token=request.args.get("token", ""),
    )


def _response(served: Served, sending: _Sending, size: int) -> Response:
    response = Response(sending, content_type=served.content_type, direct_passthrough=True)
    response.headers["Content-Disposition"] = served.disposition
    response.content_length = size
    response.set_etag(served.etag)
    response.cache_control.private = True
    response.cache_control.no_cache = True  # it may be hidden tomorrow; the ETag saves sending it again
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return response


class _Sending:
    """A stored file, opened with its first bytes, for many answers need none; closed and counted after its last."""

    def __init__(self, key: str, storage: Files, finished: Callable[[], None]) -> None:
        self._key = key
        self._storage = storage
        self._finished = finished
        self._opened: BinaryIO | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        data = self._file.read(_READ_SIZE)
        if not data:
            raise StopIteration
        return data

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int) -> int:
        return self._file.seek(offset)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None
            self._finished()

    @property
    def _file(self) -> BinaryIO:
        if self._opened is None:
            self._opened = self._storage.open(self._key)
        return self._opened


def _counter(served: Served) -> Callable[[], None]:
    """What counts this download once it was sent; a part that does not begin the file is a download going on."""
    if request.range is not None and request.range.ranges[0][0] != 0:
        return _nothing
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's own way to its object
    return lambda: _count(app, served.course_id, clock.now().date())


def _count(app: Flask, course_id: int, day: date) -> None:
    with app.app_context():
        try:
            if emergency.writable():
                retrying(db.session, lambda: downloads.count(course_id, day))
        except OperationalError:
            log.warning("a download of course %d was not counted: the database was busy", course_id)


def _nothing() -> None:
    """Not every file is counted."""


def _logo() -> Response:
    key = logo.key()
    if key is None or files().size(key) is None:
        return Response(_EMPTY_PICTURE, mimetype="image/png")
    with files().open(key) as opened:
        return Response(opened.read(), mimetype=logo.content_type(key))


def _cached(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    return response


@bp.errorhandler(HubError)
def _refused(error: HubError) -> Response:
    db.session.rollback()
    if request.method != "POST":
        return _empty(404)
    response = _answer(error.status, error.message)
    if isinstance(error, emergency.Paused):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


@bp.errorhandler(OperationalError)
@bp.errorhandler(InterfaceError)
def _database_away(error: OperationalError | InterfaceError) -> Response:
    """No page, whatever broke: a site would save it as the file that it asked for."""
    log.error("the database does not answer: %s", error)
    sentence = "The hub's database does not answer at the moment. Send the file again later."
    return _answer(503, sentence) if request.method == "POST" else _empty(503)


@bp.errorhandler(HTTPException)
def _failed(error: HTTPException) -> Response:
    status = error.code or 500
    return _answer(status, error.description or error.name) if request.method == "POST" else _empty(status)


def _answer(status: int, sentence: str) -> Response:
    log.info("an upload was refused with status %d: %s", status, sentence)  # the site that sent it does not look
    return Response(f"{sentence}\n", status=status, mimetype="text/plain")


def _empty(status: int) -> Response:
    """Nothing at all: a site would save a sentence as the file that it asked for."""
    return Response(status=status, headers={"Content-Length": "0"})
