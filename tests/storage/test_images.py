"""What becomes of pictures from outside."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hub.storage import images
from hub.storage.images import NotAPicture, Picture, PictureTooLarge


def saved(picture: Image.Image, file_format: str, **saving: Any) -> bytes:
    target = io.BytesIO()
    picture.save(target, file_format, **saving)
    return target.getvalue()


def read(data: bytes) -> Picture:
    return images.read(io.BytesIO(data))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


GRADIENT = Image.linear_gradient("L").resize((1000, 600)).convert("RGB")


@pytest.mark.parametrize(
    ("file_format", "content_type"),
    [("PNG", "image/png"), ("GIF", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/jpeg")],
)
def test_four_formats_are_read_and_two_written_assertion_062(file_format: str, content_type: str) -> None:
    picture = read(saved(GRADIENT, file_format))
    assert (picture.content_type, picture.width, picture.height) == (content_type, 1000, 600)
    assert opened(picture.original).size == (1000, 600)
    assert {side: opened(data).size for side, data in picture.thumbnails.items()} == {150: (150, 90), 480: (480, 288)}


@pytest.mark.parametrize("file_format", ["PNG", "GIF", "WEBP"])
def test_transparency_survives(file_format: str) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (10, 10, 30, 30))
    picture = read(saved(clear, file_format))
    assert picture.content_type == "image/png"
    assert opened(picture.original).convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0) or file_format != "PNG"
    assert opened(picture.original).convert("RGBA").getpixel((0, 0))[3] == 0


def test_nothing_but_the_picture_remains_b_10_b_22() -> None:
    info = PngInfo()
    info.add_text("Comment", "taken at home")
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    for data in (
        saved(GRADIENT, "PNG", pnginfo=info, exif=exif),
        saved(GRADIENT, "JPEG", exif=exif, comment=b"taken at home"),
        saved(GRADIENT, "WEBP", exif=exif),
        saved(GRADIENT, "PNG") + b"<script>taken at home</script>",
        saved(GRADIENT, "GIF", comment=b"taken at home"),
    ):
        picture = read(data)
        for kept in (picture.original, *picture.thumbnails.values()):
            assert b"taken at home" not in kept
            assert not opened(kept).getexif()


def test_a_picture_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read(saved(GRADIENT, "JPEG", exif=exif))
    assert (picture.width, picture.height) == (600, 1000)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(100_000, 100_000), (25_000_001, 1), (1, 25_000_001), (5001, 5000)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded_b_22(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooLarge, match="25 million"):
        read(bomb(*size))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        bomb(10, 10),
        saved(GRADIENT, "BMP"),
        saved(GRADIENT, "TIFF"),
        saved(GRADIENT, "ICO"),
        saved(GRADIENT, "JPEG")[:500],
        saved(GRADIENT, "PNG")[:-1500],
    ],
)
def test_what_is_no_picture_of_these_formats_is_refused_assertion_062(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        read(data)


@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.integers(0, 400), st.binary(min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_a_damaged_picture_is_read_or_refused_and_nothing_else(file_format: str, at: int, damage: bytes) -> None:
    data = bytearray(saved(GRADIENT.resize((40, 30)), file_format))
    data[at : at + len(damage)] = damage
    try:
        picture = read(bytes(data))
    except (NotAPicture, PictureTooLarge):
        return
    assert picture.width * picture.height <= images.MOST_PIXELS
