"""TXT records of the DNS: asked of the system's name servers, for no longer than the caller has time."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.name
import dns.resolver

from hub.outgoing.errors import AnswerUnreadable, NameUnknown, OutgoingError, TooSlow, Unreachable

MOST_RECORDS = 100
LONGEST_RECORD = 1000  # characters; a longer one is none that we wait for


class TxtRecords:
    """Whoever can tell the TXT records of a name; ``nameservers`` and ``port`` are the system's unless given."""

    def __init__(self, nameservers: Sequence[str] = (), port: int = 53) -> None:
        self._nameservers = list(nameservers)
        self._port = port

    def of(self, name: str, within: float) -> tuple[str, ...]:
        """The texts at exactly this name, none when there are none; one of OutgoingError when the DNS does not say.

        A name that only points elsewhere (CNAME) has none: whoever owns the other name would speak for this one.
        """
        resolver, asked = self._resolver(), _absolute(name)
        try:
            answer = resolver.resolve(asked, "TXT", lifetime=within, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return ()
        except dns.exception.Timeout as error:
            raise TooSlow(f"The DNS did not answer for {name} within {within:g} seconds.") from error
        except dns.exception.DNSException as error:
            raise AnswerUnreadable(f"The DNS gave no usable answer for {name} ({type(error).__name__}).") from error
        except OSError as error:
            raise Unreachable(f"The DNS could not be asked for {name} ({type(error).__name__}).") from error
        if answer.rrset is None or answer.rrset.name != asked:
            return ()
        return tuple(_text(record.strings) for record in list(answer.rrset)[:MOST_RECORDS])

    def _resolver(self) -> dns.resolver.Resolver:
        try:
            resolver = dns.resolver.Resolver(configure=not self._nameservers)
        except dns.resolver.NoResolverConfiguration as error:
            raise _no_dns(error) from error
        if self._nameservers:
            resolver.nameservers = list(self._nameservers)
            resolver.port = self._port
        return resolver


def _absolute(name: str) -> dns.name.Name:
    try:
        return dns.name.from_text(name, origin=dns.name.root)
    except dns.exception.DNSException as error:
        raise NameUnknown(f"{name} is no name that the DNS can have.") from error


def _text(strings: Sequence[bytes]) -> str:
    return b"".join(strings)[:LONGEST_RECORD].decode("ascii", "replace")


def _no_dns(error: Exception) -> OutgoingError:
    return Unreachable(f"The hub's machine names no name servers ({error}).")
