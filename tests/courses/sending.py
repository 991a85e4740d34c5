"""Uploads as sites send them, and pictures and archives to send."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

UPLOAD = "/local/hub/webservice/upload.php"
DOWNLOAD = "/local/hub/webservice/download.php"
BOUNDARY = "------------------------1aa1a47bf9c66398"
SERVER_PATH = "/var/moodledata/filedir/ab/cd/abcd0123"

Part = tuple[str, bytes | str]


def body_of(parts: list[Part]) -> bytes:
    """A form as libcurl writes it: in this order, the file under its path on the site's server."""
    written = io.BytesIO()
    for name, value in parts:
        file_name = f'; filename="{SERVER_PATH}"\r\nContent-Type: application/octet-stream' if name == "file" else ""
        written.write(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file_name}\r\n\r\n'.encode())
        written.write(value.encode() if isinstance(value, str) else value)
        written.write(b"\r\n")
    written.write(f"--{BOUNDARY}--\r\n".encode())
    return written.getvalue()


def send(client: FlaskClient, parts: list[Part]) -> TestResponse:
    """Post the parts to the hub."""
    return send_body(client, body_of(parts))


def send_body(client: FlaskClient, body: bytes) -> TestResponse:
    """Post a body that calls itself such a form."""
    return client.post(UPLOAD, data=body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def screenshot_parts(token: str, course_id: int | str, content: bytes, number: int | str = 1) -> list[Part]:
    """The parts of a screenshot, in the order of Moodle 2.8."""
    return [
        ("filetype", "screenshot"),
        ("file", content),
        ("courseid", str(course_id)),
        ("filename", "shot.png"),
        ("screenshotnumber", str(number)),
        ("token", token),
    ]


def backup_parts(token: str, course_id: int | str, content: bytes) -> list[Part]:
    """The parts of a backup, in the order of Moodle 2.8."""
    return [("filetype", "backup"), ("courseid", str(course_id)), ("file", content), ("token", token)]


def picture(file_format: str = "PNG", size: tuple[int, int] = (640, 400), **saving: Any) -> bytes:
    """A picture in one of Pillow's formats."""
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, file_format, **saving)
    return target.getvalue()


def zip_archive() -> bytes:
    """A zip as Moodle 2.0 to 2.8 makes backups."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("moodle_backup.xml", "<moodle_backup/>")
    return target.getvalue()


def gzip_archive(content: bytes = b"moodle_backup.xml") -> bytes:
    """A gzip as Moodle 2.9 and later makes backups."""
    return gzip.compress(content, mtime=0)
