"""A real name server on loopback: answers over UDP what a test gives it, or nothing, or nonsense."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Play = Callable[[dns.message.Message], dns.message.Message | bytes | None]


class NameServer:
    """Knows TXT records by name; ``asked`` are the names it was asked for."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.aliases: dict[str, str] = {}  # names that only point at others
        self.asked: list[str] = []
        self.play: Play | None = None  # answers instead, as a hostile or broken server would
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def forget(self) -> None:
        """Begin anew."""
        self.records, self.aliases, self.asked, self.play = {}, {}, [], None

    def stop(self) -> None:
        """Answer nobody any more."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closing:
            closing.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            wire, sender = self._socket.recvfrom(65_535)
            if not wire:
                return
            query = dns.message.from_wire(wire)
            self.asked.append(query.question[0].name.to_text(omit_final_dot=True).lower())
            answer = self.play(query) if self.play else self._answer(query)
            if answer is not None:
                self._socket.sendto(answer if isinstance(answer, bytes) else answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        asked = query.question[0].name
        name = asked.to_text(omit_final_dot=True).lower()
        if name in self.aliases:
            target = self.aliases[name]
            answer.answer.append(dns.rrset.from_text(asked, 60, "IN", "CNAME", f"{target}."))
            asked, name = dns.name.from_text(target), target
        if name in self.records:
            answer.answer.append(dns.rrset.from_text(asked, 60, "IN", "TXT", *map(_quoted, self.records[name])))
        elif not answer.answer:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


def _quoted(text: str) -> str:
    """The text in pieces of 255 characters, as records have them."""
    pieces = [text[start : start + 255] for start in range(0, len(text), 255)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)
