"""The one place where the time is asked: ``clock.now()``, aware and in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_fixed: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _fixed or datetime.now(UTC)


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Let ``now()`` answer ``moment`` inside the block (all threads); for tests and for replaying the past."""
    global _fixed
    before, _fixed = _fixed, moment.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before


def from_unix(seconds: int | float) -> datetime:
    """The moment that the wire writes as ``seconds``."""
    return datetime.fromtimestamp(seconds, UTC)


def to_unix(moment: datetime) -> int:
    """How the wire writes ``moment``: whole seconds since 1970."""
    return int(moment.timestamp())
