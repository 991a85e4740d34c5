"""What becomes of a site that arrives: accepted, known again, asked a question, or refused. Values in, value out."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from hub.errors import HubError
from hub.outgoing.targets import read_target
from hub.sites.identity import host_of
from hub.sites.models import Site
from hub.sites.probe import ProbeResult


class Choice(enum.StrEnum):
    """The answer to "was the site moved, or is it a copy?"."""

    MOVED = "moved"
    COPIED = "copied"


@dataclass(frozen=True)
class Known:
    """What the hub knows about the URL and the secret that arrive."""

    by_url: Site | None = None
    by_secret: Site | None = None
    returning: Site | None = None  # left this URL, and had this secret
    before: Site | None = None  # was under this URL last, and left


@dataclass(frozen=True)
class Join:
    """A site that is new; ``after`` was under this URL before."""

    after: Site | None = None


@dataclass(frozen=True)
class Return:
    """A site that left is back: the same URL and the same secret."""

    site: Site


@dataclass(frozen=True)
class RegisterAgain:
    """A known site: it gets a new token."""

    site: Site


@dataclass(frozen=True)
class AskMovedOrCopied:
    """The secret is known under another URL: only the administrator knows which it is."""

    site: Site


@dataclass(frozen=True)
class ChangePath:
    """The site lives on under another path of its host."""

    site: Site


@dataclass(frozen=True)
class AskToMove:
    """The site says that it lives on another host now: its contact or a moderator decides."""

    site: Site


@dataclass(frozen=True)
class SendForNewSecret:
    """A copy of a site needs a secret of its own first."""

    site: Site


@dataclass(frozen=True)
class AskToReplace:
    """The URL is taken by a site with another secret: the contact of that site decides."""

    holder: Site


Decision = Join | Return | RegisterAgain | AskMovedOrCopied | ChangePath | AskToMove | SendForNewSecret | AskToReplace


def decide(key: str, known: Known, choice: Choice | None = None) -> Decision:
    """What becomes of a site that arrives under this URL key."""
    if known.by_url is not None:
        return RegisterAgain(known.by_url) if known.by_url is known.by_secret else AskToReplace(known.by_url)
    if known.by_secret is not None:
        return _under_another_url(known.by_secret, key, choice)
    return Return(known.returning) if known.returning is not None else Join(known.before)


def _under_another_url(site: Site, key: str, choice: Choice | None) -> Decision:
    if choice is None:
        return AskMovedOrCopied(site)
    if choice is Choice.COPIED:
        return SendForNewSecret(site)
    return ChangePath(site) if same_host(site, key) else AskToMove(site)


def same_host(site: Site, key: str) -> bool:
    """Whether the URL key differs from the site's only behind the host."""
    return host_of(site.url_key) == host_of(key)


class SiteUnreachable(HubError):
    """The site did not answer the hub."""

    key = "cannotregisternotavailablesite"

    def __init__(self, url: str, result: ProbeResult) -> None:
        super().__init__(
            f"The hub asked {url} and got no good answer. {result.sentence} "
            "Once the site can be reached from the internet, register it again; "
            "if you think that it can, ask the administrator of the hub."
        )
        self.url = url
        self.result = result


class BadPort(HubError):
    """The site did not answer, and its URL names an unusual port."""

    key = "cannotregisterbadport"

    def __init__(self, url: str, result: ProbeResult) -> None:
        super().__init__(
            f"The hub asked {url} and got no good answer. {result.sentence} The URL names a port other than 80 and "
            "443, which firewalls often keep closed: open it for the hub, or let the site answer on a usual port."
        )
        self.url = url
        self.result = result


def require_reachable(url: str, result: ProbeResult) -> None:
    """Raise BadPort or SiteUnreachable unless the site answered."""
    if not result.reachable:
        raise (BadPort if read_target(url).odd_port else SiteUnreachable)(url, result)
