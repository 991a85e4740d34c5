"""Asks a site over HTTP whether it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hub.outgoing.answers import Answer
from hub.outgoing.client import GuardedClient, Method
from hub.outgoing.errors import (
    NO_ANSWER,
    AddressRefused,
    CertificateInvalid,
    HubBusy,
    NameUnknown,
    OutgoingError,
    TooManyRedirects,
    Unreachable,
    UrlRefused,
)
from hub.outgoing.limits import Deadline, Limits
from hub.outgoing.targets import read_target

REGISTRATION_SECONDS = 15.0
UPDATE_SECONDS = 6.0

HEAD_SHARE = 2 / 3  # of the time: a site that swallows HEAD leaves enough for GET, a slow one still has most of it
HEADERS = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "identity"}

_NO_OTHER_METHOD_HELPS = (AddressRefused, CertificateInvalid, NameUnknown, Unreachable, UrlRefused)


@dataclass(frozen=True)
class ProbeResult:
    """What became of asking a site.

    Everybody may read ``cause`` (a key, None when reachable) and ``sentence``. ``status``, ``final_url`` and
    ``detail`` are for moderators and logs: they may speak of a network that the asker cannot see.
    """

    reachable: bool
    status: int | None = None
    final_url: str | None = None
    cause: str | None = None
    sentence: str = ""
    detail: str = ""
    odd_port: bool = False


class Probe(Protocol):
    """Whoever can tell within some seconds whether a site answers: ``probe`` with its client, or a fake in tests."""

    def __call__(self, url: str, within: float) -> ProbeResult:
        """What became of asking; HubBusy when the hub could not even ask."""
        ...


def probe(url: str, within: float, *, client: GuardedClient) -> ProbeResult:
    """Whether the site answers: HEAD, then GET for sites that refuse HEAD, both within ``within`` seconds.

    2xx, 3xx and a request to sign in (401, 403) mean that the site is there. Its page is never read. A site that
    redirects for longer than the hub follows is there as well: single sign-on does that to visitors without cookies.
    """
    deadline = Deadline(within)
    outcome = _ask("HEAD", url, within * HEAD_SHARE, client)
    if not (isinstance(outcome, Answer) and there(outcome)) and not isinstance(outcome, _NO_OTHER_METHOD_HELPS):
        outcome = _ask("GET", url, deadline.left(), client)
    return _judged(outcome, _odd_port(url))


def _ask(method: Method, url: str, seconds: float, client: GuardedClient) -> Answer | OutgoingError:
    try:
        return client.exchange(method, url, headers=HEADERS, limits=Limits(total=seconds, body=0))
    except HubBusy:
        raise
    except TooManyRedirects as error:
        return error.answer
    except OutgoingError as error:
        return error


def there(answer: Answer) -> bool:
    """Whether the answer shows that a site is there, if only one that wants a sign-in."""
    return 200 <= answer.status < 400 or answer.status in (401, 403)


def _judged(outcome: Answer | OutgoingError, odd_port: bool) -> ProbeResult:
    if isinstance(outcome, OutgoingError):
        return ProbeResult(
            reachable=False,
            cause=outcome.key,
            sentence=outcome.told(publicly=True),
            detail=outcome.told(publicly=False),
            odd_port=odd_port,
        )
    if there(outcome):
        return ProbeResult(True, outcome.status, outcome.url, odd_port=odd_port)
    return _refused_by_site(outcome, odd_port)


def _refused_by_site(answer: Answer, odd_port: bool) -> ProbeResult:
    detail = (
        f"The site answered, but with status {answer.status}; the address must be the one under which visitors see "
        "its front page."
    )
    return ProbeResult(
        False,
        answer.status,
        answer.url,
        cause="badstatus" if answer.public else OutgoingError.key,
        sentence=detail if answer.public else NO_ANSWER,
        detail=detail,
        odd_port=odd_port,
    )


def _odd_port(url: str) -> bool:
    try:
        return read_target(url).odd_port
    except UrlRefused:
        return False
