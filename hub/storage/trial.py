"""Whether the storage keeps what it is given."""

from __future__ import annotations

import io
import secrets

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from hub.environment.requirements import Finding, add, failed, good
from hub.storage.files import Files, files


def _round_trip() -> Finding:
    key = f"trial/{secrets.token_hex(8)}"
    content = secrets.token_bytes(2000)
    storage = files()
    try:
        storage.put(key, io.BytesIO(content))
        same = _read(storage, key) == content
        storage.delete(key)
    except Exception as error:  # every kind of storage has its own errors
        return failed(
            _("A file could not be stored and read again: %(cause)s", cause=f"{type(error).__name__}: {error}"[:300]),
            _("Check HUB_STORAGE_URL, its credentials and its rights; without it, the folder of files."),
        )
    if not same:
        return failed(_("A file came back other than it was stored."), _("Do not use this storage."))
    return good(_("A file was stored, read again and deleted."))


def _read(storage: Files, key: str) -> bytes:
    with storage.open(key) as file:
        return file.read()


add("storage", lazy("Storage"), _round_trip, position=35)
