"""Does by hand what a browser does for a challenge."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json

from lxml import html


def solved(riddle: str) -> str:
    """The solution of a riddle, as the browser's script writes it into the form."""
    asked = json.loads(riddle)
    number = next(n for n in itertools.count() if _digest(f"{asked['salt']}{n}") == asked["challenge"])
    solution = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": number}
    return base64.b64encode(json.dumps(solution).encode()).decode()


def solved_on(page: html.HtmlElement) -> str:
    """The solution of the riddle on a page."""
    return solved(page.xpath("string(//@data-challenge)"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
