"""Calls the directory of hubs: XML-RPC over the guarded client, and every way in which that fails as an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from hub.errors import HubError
from hub.outgoing.answers import Answer
from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import OutgoingError
from hub.outgoing.limits import Limits
from hub.sites.introduction import Introduction
from hub.webservices import calling
from hub.webservices.calling import AnswerNotXmlRpc, RemoteFault
from hub.webservices.exchange import Wire
from hub.webservices.faults import InvalidToken
from hub.webservices.xmlrpc import CONTENT_TYPE, MethodCall

SERVICE = "/local/hubdirectory/webservice/webservices.php"
LIMITS = Limits(connect=5, read=10, total=20, body=262_144, redirects=0)

_UNKNOWN = InvalidToken().fault_code
_YES: tuple[Wire, ...] = (True, "1", "true")  # the number 1 equals True
_NO: tuple[Wire, ...] = (False, "0", "false", "")


class DirectoryProblem(HubError):
    """The directory did not do what it was asked; the message is for administrators and says what to do."""

    key = "directoryproblem"
    status = 502


class DirectoryUnreachable(DirectoryProblem):
    """No answer came."""

    key = "directoryunreachable"

    def __init__(self, detail: str) -> None:
        super().__init__(f"The directory could not be asked. {detail}")


class DirectoryElsewhere(DirectoryProblem):
    """The directory sends callers to another address, where the token must not follow by itself."""

    key = "directoryelsewhere"

    def __init__(self, location: str) -> None:
        super().__init__(
            f"The directory sends the hub on to {location or 'another address'}. If that is its new address, write it "
            "into the setting directoryurl, clean up the old registration and register again."
        )


class DirectoryBroken(DirectoryProblem):
    """A status that no working directory answers with."""

    key = "directorybroken"

    def __init__(self, status: int) -> None:
        advice = "check its address" if status in (404, 410) else "it may work again later, or its people must mend it"
        super().__init__(f"The directory answered with status {status} instead of doing what it was asked: {advice}.")


class DirectoryUnreadable(DirectoryProblem):
    """An answer that is none."""

    key = "directoryunreadable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The directory's answer could not be read: {reason}. Check its address; if it is right, its people must "
            "mend it."
        )


class DirectoryRefused(DirectoryProblem):
    """The directory understood and said no."""

    key = "directoryrefused"

    def __init__(self, said: str) -> None:
        super().__init__(f"The directory refused: {said or 'it did not say why'}")


class HubUnknownThere(DirectoryProblem):
    """The directory does not take the hub's token any more."""

    key = "hubunknownthere"

    def __init__(self) -> None:
        super().__init__("The directory no longer knows this hub. Clean up the registration here, then register again.")


class Directory(Protocol):
    """A directory that knows this hub: the real one, or a fake in tests. DirectoryProblem for all that fails."""

    def update(self, told: Introduction) -> None:
        """Tell the directory the twelve values."""
        ...

    def unregister(self) -> None:
        """Tell the directory that this hub leaves it."""
        ...


@dataclass(frozen=True)
class RemoteDirectory:
    """The directory at this address, called with the token that it gave us."""

    url: str
    token: str = field(repr=False)
    client: GuardedClient

    def update(self, told: Introduction) -> None:
        """Tell the directory the twelve values."""
        self._call("hubdirectory_update_hub_info", dict(told))

    def unregister(self) -> None:
        """Tell the directory that this hub leaves it."""
        self._call("hubdirectory_unregister_hub")

    def _call(self, function: str, *arguments: Wire) -> None:
        answer = self._ask(calling.written(MethodCall(function, list(arguments))))
        _require_answered(answer)
        value = self._value(answer)
        if value in _NO:
            raise DirectoryRefused("it answered that it was not done, and not why. Try again later.")
        if value not in _YES:
            raise DirectoryUnreadable(f"{function} answered neither yes nor no")

    def _ask(self, body: bytes) -> Answer:
        headers = {"Content-Type": CONTENT_TYPE, "Accept": "text/xml"}
        address = f"{self.url}{SERVICE}?wstoken={self.token}"
        try:
            return self.client.exchange("POST", address, headers=headers, body=body, limits=LIMITS)
        except OutgoingError as error:
            raise DirectoryUnreachable(self._discreet(error.told(publicly=False))) from error

    def _value(self, answer: Answer) -> Wire:
        try:
            return calling.read(answer.body)
        except AnswerNotXmlRpc as error:
            kind = answer.headers.get("Content-Type", "")[:60] or "without a type"
            raise DirectoryUnreadable(self._discreet(f"{error} ({kind}, {len(answer.body)} bytes)")) from error
        except RemoteFault as error:
            if error.key == InvalidToken.key or error.code == _UNKNOWN:
                raise HubUnknownThere from error
            raise DirectoryRefused(self._discreet(error.text)) from error

    def _discreet(self, text: str) -> str:
        """The text without the token, which what others say may repeat."""
        return text.replace(self.token, "***")


def _require_answered(answer: Answer) -> None:
    if 300 <= answer.status < 400:
        raise DirectoryElsewhere(answer.headers.get("Location", "").partition("?")[0][:200])
    if answer.status != 200:
        raise DirectoryBroken(answer.status)
