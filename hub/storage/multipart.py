"""A form with one file in it, read as it arrives: memory stays the same whatever the file's size.

The parts may come in any order. File names are never looked at: they are paths on the sender's machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from hub.errors import HubError

CHUNK = 256 * 1024
MOST_PARTS = 50
LONGEST_FIELD = 2_000
AROUND_THE_FILE = 100 * 1024  # more than all parts but the file may need


class FormUnreadable(HubError):
    """What was sent is no such form, or it is not whole."""

    key = "formunreadable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The upload cannot be read: {reason}. Send it again as multipart/form-data.")


class Source(Protocol):
    """From where the body is read."""

    def read(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    """Where the file goes."""

    def write(self, data: bytes) -> object: ...


def read(source: Source, content_type: str, begin: Callable[[dict[str, str]], Sink]) -> dict[str, str]:
    """The fields of the form. Its part ``file`` goes to what ``begin`` answers, which sees the fields that came before.

    Raises FormUnreadable, or whatever ``begin`` and the sink raise.
    """
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise FormUnreadable("it is no multipart/form-data")
    form = _Form(begin)
    decoder = MultipartDecoder(options["boundary"].encode(), max_form_memory_size=4 * CHUNK, max_parts=MOST_PARTS)
    try:
        _feed(form, decoder, source)
    except (ValueError, RequestEntityTooLarge) as error:
        raise FormUnreadable("it breaks off, or its parts are not as they should be") from error
    return form.fields


class _Form:
    """What was read so far."""

    def __init__(self, begin: Callable[[dict[str, str]], Sink]) -> None:
        self.fields: dict[str, str] = {}
        self._begin = begin
        self._sink: Sink | None = None
        self._file_came = False
        self._field: _Text | None = None

    def take(self, event: Event) -> None:
        if isinstance(event, File):
            self._start_file(event)
        elif isinstance(event, Field):
            self._sink = self._field = _Text(event.name or "")
        elif isinstance(event, Data):
            self._take_data(event)

    def _start_file(self, event: File) -> None:
        self._sink = self._field = None
        if event.name == "file" and not self._file_came:
            self._file_came = True
            self._sink = self._begin(self.fields)

    def _take_data(self, event: Data) -> None:
        if self._sink is not None:
            self._sink.write(event.data)
        if self._field is not None and not event.more_data:
            self.fields[self._field.name] = self._field.text


class _Text:
    """A field: short text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._data = b""

    def write(self, data: bytes) -> None:
        self._data += data
        if len(self._data) > LONGEST_FIELD:
            raise FormUnreadable(f"a field is longer than {LONGEST_FIELD} bytes")

    @property
    def text(self) -> str:
        return self._data.decode("utf-8", "replace")


def _feed(form: _Form, decoder: MultipartDecoder, source: Source) -> None:
    while True:
        decoder.receive_data(source.read(CHUNK) or None)
        while not isinstance(event := decoder.next_event(), NeedData):
            if isinstance(event, Epilogue):
                return
            form.take(event)
