"""Names to addresses: asked once, and never for longer than the caller has time."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from itertools import chain, zip_longest
from threading import BoundedSemaphore, Thread

from hub.outgoing.addresses import Address, read_address
from hub.outgoing.errors import NameUnknown
from hub.outgoing.limits import Deadline

Resolve = Callable[[str, int], Iterable[str]]

LOOKUPS_AT_ONCE = 32  # a look-up that hangs cannot be ended, only be left behind: this is how many may hang


def ask_system(host: str, port: int) -> list[str]:
    """The addresses that the operating system knows for a name; OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(place[0]) for *_, place in found]


class Lookup:
    """Asks ``resolve`` in a thread of its own, because the system's resolver knows no time limit."""

    def __init__(self, resolve: Resolve = ask_system, at_once: int = LOOKUPS_AT_ONCE) -> None:
        self._resolve = resolve
        self._places = BoundedSemaphore(at_once)

    def addresses(self, host: str, port: int, deadline: Deadline) -> tuple[Address, ...]:
        """All addresses of a name, both kinds by turns, each once; NameUnknown or TooSlow otherwise."""
        if not self._places.acquire(timeout=deadline.left()):
            raise deadline.passed()
        answer: Future[tuple[Address, ...]] = Future()
        Thread(target=self._answer, args=(host, port, answer), daemon=True).start()
        try:
            found = answer.result(deadline.left())
        except TimeoutError as error:
            raise deadline.passed() from error
        except (OSError, ValueError) as error:
            raise NameUnknown(f"The DNS has no address for {host} ({error}).") from error
        if not found:
            raise NameUnknown(f"The DNS has no address for {host}.")
        return found

    def _answer(self, host: str, port: int, answer: Future[tuple[Address, ...]]) -> None:
        try:
            answer.set_result(_by_turns(read_address(text) for text in self._resolve(host, port)))
        except Exception as error:  # whatever went wrong is raised in the thread that waits
            answer.set_exception(error)
        finally:
            self._places.release()


def _by_turns(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """IPv6 and IPv4 alternately, the kind that came first first: if one kind does not work here, the next may."""
    unique = list(dict.fromkeys(addresses))
    first = [each for each in unique if each.version == unique[0].version]
    second = [each for each in unique if each.version != unique[0].version]
    return tuple(each for each in chain.from_iterable(zip_longest(first, second)) if each)
