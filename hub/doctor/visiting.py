"""Requests of an examination, each with its share of the time, and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.doctor.patience import Patience
from hub.outgoing.answers import Answer, Hop
from hub.outgoing.client import GuardedClient, Method
from hub.outgoing.errors import HubBusy, OutgoingError, TooManyRedirects
from hub.outgoing.limits import Deadline, Limits
from hub.sites.probe import HEADERS, there


@dataclass(frozen=True)
class Reply:
    """What became of one request; of an endless chain of redirects the answer is its last link."""

    answer: Answer | None
    error: OutgoingError | None = None
    endless: bool = False
    seconds: float = 0.0

    @property
    def begun(self) -> Answer | None:
        """The answer, or as much of it as arrived."""
        return self.answer or (self.error.so_far.begun if self.error else None)

    @property
    def there(self) -> bool:
        """Whether a registration would take this for a site that is there."""
        return self.begun is not None and there(self.begun)

    @property
    def hops(self) -> tuple[Hop, ...]:
        """What answered, in its order."""
        return self.answer.hops if self.answer else self.error.so_far.hops if self.error else ()


@dataclass(frozen=True)
class Visitor:
    """Asks one site; all its requests share one deadline."""

    client: GuardedClient
    patience: Patience
    deadline: Deadline
    ticking: Callable[[], float]

    def head(self, url: str) -> Reply:
        """The front page's head, as registrations ask for it first."""
        return self._ask("HEAD", url, self.patience.limits(self.patience.head, self.deadline))

    def get(self, url: str) -> Reply:
        """The front page."""
        return self._ask("GET", url, self.patience.limits(self.patience.get, self.deadline, self.patience.body))

    def get_like_a_browser(self, url: str) -> Reply:
        """The same from an agent whose name begins as those of browsers do; it still says who it is."""
        agent = f"Mozilla/5.0 (compatible; {self.client.user_agent})"
        return self._ask("GET", url, self.patience.limits(self.patience.page, self.deadline, redirects=0), agent)

    def page(self, url: str, *, body: bool, redirects: int) -> Reply:
        """Another page of the site, with or without what it says."""
        most = self.patience.body if body else 0
        return self._ask("GET", url, self.patience.limits(self.patience.page, self.deadline, most, redirects))

    def _ask(self, method: Method, url: str, limits: Limits, agent: str = "") -> Reply:
        begun = self.ticking()
        headers = {**HEADERS, "User-Agent": agent} if agent else HEADERS
        try:
            answer = self.client.exchange(method, url, headers=headers, limits=limits)
        except HubBusy:
            raise
        except TooManyRedirects as error:
            return Reply(error.answer, endless=True, seconds=self.ticking() - begun)
        except OutgoingError as error:
            return Reply(None, error, seconds=self.ticking() - begun)
        return Reply(answer, seconds=self.ticking() - begun)
