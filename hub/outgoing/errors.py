"""Why a request to the outside came to nothing, and who may be told."""

from __future__ import annotations

from dataclasses import dataclass

from hub.errors import HubError
from hub.outgoing.answers import Answer, Hop

NO_ANSWER = (
    "The hub could not get an answer from this address: check that its name is spelled correctly, is known to the "
    "public DNS and leads to a server that the whole internet can reach."
)


@dataclass(frozen=True)
class SoFar:
    """How far an exchange had come when it failed: which URL was being asked, and what had answered before.

    ``begun`` is the answer whose head arrived and whose body did not. ``public`` is as in an Answer.
    """

    at: str = ""
    hops: tuple[Hop, ...] = ()
    begun: Answer | None = None
    public: bool = False


class OutgoingError(HubError):
    """A request to the outside that came to nothing.

    ``cause`` and ``detail`` are the truth, for moderators and logs; ``reason`` is one word that tells failures of one
    cause apart. ``key`` and ``message`` are what everybody may read: one sentence for all failures, until
    ``disclose()`` says that the truth gives nothing away about a network that the asker cannot see.
    """

    key = "noanswer"
    cause = "noanswer"

    def __init__(self, detail: str, reason: str = "") -> None:
        super().__init__(NO_ANSWER)
        self.detail = detail
        self.reason = reason
        self.so_far = SoFar()
        self.disclosed = False

    def disclose(self) -> None:
        """Let everybody read the cause."""
        self.disclosed = True
        self.key = self.cause
        self.message = self.detail
        self.args = (self.detail,)

    def told(self, publicly: bool) -> str:
        """The sentence for the public, or the one for moderators and logs."""
        return self.message if publicly else self.detail


class UrlRefused(OutgoingError):
    """The text is not a URL that the hub follows, whatever it may lead to."""

    cause = "urlrefused"


class AddressRefused(OutgoingError):
    """The name leads to an address where the hub does not go. The public never learns which."""

    cause = "addressrefused"

    def disclose(self) -> None:
        """Nothing: every refused address gets the same sentence."""


class NameUnknown(OutgoingError):
    """The DNS has no address for the name. The public cannot tell this from a refused address."""

    cause = "nameunknown"

    def disclose(self) -> None:
        """Nothing: which names exist inside a private network is not told either."""


class Unreachable(OutgoingError):
    """No connection could be made.

    Its reasons: ``refused``, ``timeout``, ``noroute``, ``unrouted`` (the hub itself has no such network); of TLS
    ``oldtls``, ``notls``, ``tlsclosed``, ``tlsrefused``; of the operator's proxy ``proxyaway``, ``proxysilent`` and
    ``proxy`` with the status it answered.
    """

    cause = "unreachable"


class CertificateInvalid(OutgoingError):
    """The server could not prove that it is the one the URL names.

    Its reasons: ``expired``, ``notyet``, ``selfsigned``, ``unknownca``, ``noissuer``, ``wrongname``, ``weak``,
    ``untrusted``.
    """

    cause = "certificateinvalid"


class TooSlow(OutgoingError):
    """The server, or the DNS, took longer than the hub waits.

    Its reasons: ``silent`` (not a byte came), ``dripping``, ``handshake``, ``deadline``.
    """

    cause = "tooslow"


class TooLarge(OutgoingError):
    """The server sent more than the hub takes."""

    cause = "toolarge"


class AnswerUnreadable(OutgoingError):
    """The server answered something that is not HTTP, or broke off.

    Its reasons: ``hungup``, ``nothttp``, ``cutoff``.
    """

    cause = "answerunreadable"


class TooManyRedirects(OutgoingError):
    """The server kept sending the hub elsewhere; ``answer`` is the last thing it said."""

    cause = "toomanyredirects"

    def __init__(self, detail: str, answer: Answer) -> None:
        super().__init__(detail)
        self.answer = answer


class HubBusy(OutgoingError):
    """As many requests to the outside are under way as the hub makes at a time; nothing was asked."""

    cause = "hubbusy"
    status = 429

    def __init__(self) -> None:
        super().__init__(
            "The hub is asking many other servers at this moment and did not get round to yours; "
            "please try again in a minute."
        )
        self.disclose()
