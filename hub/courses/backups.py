"""What counts as a course backup: an archive of the two kinds that Moodle makes, whatever its name."""

from __future__ import annotations

from pathlib import Path

from hub.errors import HubError

CONTENT_TYPE = "application/vnd.moodle.backup"

_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_DEFLATE = 8
_RESERVED_FLAGS = 0xE0


class NotABackup(HubError):
    """The file is no archive that Moodle could restore."""

    key = "notabackup"

    def __init__(self) -> None:
        super().__init__("This is no course backup: Moodle makes them as zip or gzip archives. Send such a file.")


def require_backup(path: Path) -> None:
    """Raise NotABackup for a file that does not begin like a zip or gzip archive."""
    with path.open("rb") as file:
        head = file.read(30)
    if not (_begins_zip(head, path.stat().st_size) or _begins_gzip(head)):
        raise NotABackup()


def _begins_zip(head: bytes, size: int) -> bool:
    if not head.startswith(_ZIP) or len(head) < 30:
        return False
    name_length, extra_length = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
    return 30 + name_length + extra_length <= size


def _begins_gzip(head: bytes) -> bool:
    return len(head) >= 18 and head.startswith(_GZIP) and head[2] == _DEFLATE and not head[3] & _RESERVED_FLAGS
