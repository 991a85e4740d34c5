"""Pictures for the demo's courses: calm geometric covers, one per topic, drawn by us."""

from __future__ import annotations

import colorsys
import random
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 960, 600


def cover(number: int) -> bytes:
    """A PNG cover; the same number gives the same picture."""
    chance = random.Random(number)
    hue = (number * 0.381966) % 1
    picture = Image.new("RGB", (WIDTH, HEIGHT), _colour(hue, 0.18, 0.96))
    draw = ImageDraw.Draw(picture, "RGBA")
    for _ in range(14):
        _shape(draw, hue, chance)
    for line in range(5):
        top = 380 + line * 34
        draw.rounded_rectangle((72, top, 72 + chance.randrange(240, 620), top + 14), 7, fill=(20, 24, 40, 60))
    stored = BytesIO()
    picture.save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _shape(draw: ImageDraw.ImageDraw, hue: float, chance: random.Random) -> None:
    size = chance.randrange(60, 360)
    left, top = chance.randrange(-80, WIDTH), chance.randrange(-80, HEIGHT)
    box = (left, top, left + size, top + size)
    fill = (*_colour((hue + chance.uniform(-0.12, 0.12)) % 1, chance.uniform(0.4, 0.8), chance.uniform(0.5, 0.95)), 110)
    chance.choice((draw.ellipse, draw.rectangle))(box, fill=fill)


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)
