"""What came back from the outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Hop:
    """One request and its answer's status; ``address`` is the one connected to."""

    url: str
    address: str
    status: int


@dataclass(frozen=True)
class Answer:
    """The last answer of an exchange, after redirects; header names are found in any case.

    ``public`` says whether everybody may learn what came back, or only moderators.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    hops: tuple[Hop, ...]
    public: bool
