"""Pictures from outside: recognised by what they contain, and made anew, so that only the picture itself remains."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps

from hub.errors import HubError

FORMATS = ("GIF", "JPEG", "PNG", "WEBP")
MOST_PIXELS = 25_000_000
THUMBNAILS = (150, 480)  # the longest side of each; no other sizes are ever made

_WITH_TRANSPARENCY = ("RGBA", "LA", "PA")
_one_at_a_time = threading.Lock()  # a decoded picture is a hundred times its file

Image.MAX_IMAGE_PIXELS = None  # Pillow would only warn; MOST_PIXELS refuses, before anything is decoded


class NotAPicture(HubError):
    """The content is no picture that the hub takes."""

    key = "notapicture"

    def __init__(self) -> None:
        super().__init__("This is no picture that can be read. Send a GIF, JPEG, PNG or WebP file.")


class PictureTooLarge(HubError):
    """The picture has more pixels than the hub takes."""

    key = "picturetoolarge"

    def __init__(self, width: int, height: int) -> None:
        super().__init__(
            f"The picture has {width} × {height} pixels; at most {MOST_PIXELS // 1_000_000} million are taken. "
            "Send a smaller one."
        )


@dataclass(frozen=True)
class Picture:
    """A picture made anew: its file, its size in pixels, and its thumbnails by the length of their longest side."""

    content_type: str
    width: int
    height: int
    original: bytes
    thumbnails: dict[int, bytes]


def read(source: BinaryIO) -> Picture:
    """The picture in a file, without whatever else the file carried. NotAPicture and PictureTooLarge refuse it."""
    with _one_at_a_time:
        opened = _opened(source)
        picture = _decoded(opened)
        file_format = "JPEG" if picture.mode == "RGB" and opened.format in ("JPEG", "WEBP") else "PNG"
        return Picture(
            content_type=f"image/{file_format.lower()}",
            width=picture.width,
            height=picture.height,
            original=_encoded(picture, file_format),
            thumbnails={side: _thumbnail(picture, side, file_format) for side in THUMBNAILS},
        )


def _opened(source: BinaryIO) -> Image.Image:
    try:
        opened = Image.open(source, formats=FORMATS)
    except Exception as error:  # whatever a reader stumbles over, the file is the cause
        raise NotAPicture() from error
    if opened.width * opened.height > MOST_PIXELS:
        raise PictureTooLarge(opened.width, opened.height)
    return opened


def _decoded(opened: Image.Image) -> Image.Image:
    try:
        upright = ImageOps.exif_transpose(opened)
        transparent = upright.mode in _WITH_TRANSPARENCY or "transparency" in upright.info
        picture = upright.convert("RGBA" if transparent else "RGB")
    except Exception as error:  # as above
        raise NotAPicture() from error
    picture.info = {}  # else comments and profiles would be written again
    return picture


def _thumbnail(picture: Image.Image, side: int, file_format: str) -> bytes:
    small = picture.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _encoded(small, file_format)


def _encoded(picture: Image.Image, file_format: str) -> bytes:
    target = io.BytesIO()
    picture.save(target, file_format, optimize=True, **({"quality": 88} if file_format == "JPEG" else {}))
    return target.getvalue()
