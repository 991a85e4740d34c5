"""One request and its answer, free of the web framework; both dialects read the one and write the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

Wire: TypeAlias = "bool | int | float | str | list[Wire] | dict[str, Wire] | None"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What came in; a body beyond the limit of its dialect is cut one byte after it."""

    method: str
    query: bytes
    body: bytes = b""
    content_type: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out, always with status 200: clients take any other status for a broken connection."""

    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
