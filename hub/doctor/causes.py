"""From a request that came to nothing to the cause's name in ``wording``."""

from __future__ import annotations

from dataclasses import dataclass

from hub.outgoing.errors import (
    AddressRefused,
    AnswerUnreadable,
    CertificateInvalid,
    NameUnknown,
    OutgoingError,
    TooLarge,
    TooSlow,
    Unreachable,
    UrlRefused,
)
from hub.outgoing.targets import Target

_TLS = {"oldtls", "notls", "tlsclosed", "tlsrefused"}
_SLOW = {"silent": "silent", "dripping": "drip", "handshake": "tls-silent"}
_UNREADABLE = {"hungup": "hungup", "cutoff": "cutoff"}


@dataclass(frozen=True)
class Cause:
    """Its name, and whether everybody may learn it; ``status`` is what the operator's proxy answered."""

    key: str
    public: bool
    status: str = ""


def of(error: OutgoingError, target: Target | None = None) -> Cause:
    """Why the request failed; a closed port of an unusual number has a name of its own."""
    key = _key(error)
    if key == "refused" and target is not None and target.odd_port:
        key = "portclosed"
    status = error.reason.partition(" ")[2] if key == "proxy-refused" else ""
    return Cause(key, error.disclosed, status)


def _key(error: OutgoingError) -> str:
    match error:
        case AddressRefused():
            return "address-refused"
        case NameUnknown():
            return "name-unknown"
        case UrlRefused():
            return "urlrefused"
        case CertificateInvalid():
            return f"tls-{error.reason}"
        case Unreachable():
            return _unreachable(error.reason)
        case TooSlow():
            return _SLOW.get(error.reason, "slowest") if error.so_far.begun is None else "drip"
        case TooLarge():
            return "huge" if error.so_far.begun else "endless-head"
        case AnswerUnreadable():
            return _UNREADABLE.get(error.reason, "nothttp")
    return "failed"


def _unreachable(reason: str) -> str:
    if reason in _TLS:
        return {"oldtls": "tls-old", "notls": "tls-none"}.get(reason, f"tls-{reason.removeprefix('tls')}")
    if reason.startswith("proxy"):
        return "proxy-away" if reason == "proxyaway" else "proxy-refused"
    return {"timeout": "firewalled", "refused": "refused", "noroute": "noroute"}.get(reason, "unconnected")
