"""How much time and how many bytes an examination may take."""

from __future__ import annotations

from dataclasses import dataclass

from hub.outgoing.limits import Deadline, Limits


@dataclass(frozen=True)
class Patience:
    """Seconds for the whole and for its parts; bytes of a page; ``slow`` is what a visitor would call so."""

    whole: float = 20.0
    connect: float = 4.0
    head: float = 4.0
    get: float = 10.0
    page: float = 4.0
    slow: float = 5.0
    body: int = 524_288
    redirects: int = 3  # as many as a registration follows

    def limits(self, seconds: float, deadline: Deadline, body: int = 0, redirects: int | None = None) -> Limits:
        """For one request of the examination, which never takes longer than what is left of the whole."""
        total = min(seconds, deadline.left())
        followed = self.redirects if redirects is None else redirects
        return Limits(connect=self.connect, read=seconds, total=total, body=body, redirects=followed)
