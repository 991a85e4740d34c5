"""A real mail server on loopback that keeps what it is given."""

from __future__ import annotations

import asyncio
import email
import email.policy
import time
from collections.abc import Callable
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.server import free_port


class Mail(EmailMessage):
    """A mail that was received; its content is what a reader of plain text sees."""

    def get_content(self, *args: object, **kwargs: object) -> str:
        if not self.is_multipart():
            return str(super().get_content(*args, **kwargs)).replace("\r\n", "\n")
        return self._part("plain")

    @property
    def html(self) -> str:
        """What a reader of HTML gets."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.get_body((kind,))
        assert part is not None, f"no {kind} part"
        return str(part.get_content())


_POLICY = email.policy.default.clone(message_factory=Mail)


class MailServer:
    """Accepts mail on a port of its own; can refuse it, or be down and come up again on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.envelopes: list[Envelope] = []
        self.answers: list[str] = []  # what the server says to the next mails, "250 OK" if nothing else; others refuse
        self.before_answer: Callable[[], object] = lambda: None
        self.delay = 0.0  # seconds before that answer
        self._controller: Controller | None = None

    @property
    def messages(self) -> list[Mail]:
        """The accepted mails, parsed, eldest first."""
        return [email.message_from_bytes(each.original_content or b"", policy=_POLICY) for each in self.envelopes]

    @property
    def variables(self) -> dict[str, str]:
        """What tells a hub to send here."""
        return {"HUB_MAIL_SERVER": "127.0.0.1", "HUB_MAIL_PORT": str(self.port)}

    def start(self) -> MailServer:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def stop(self) -> None:
        """Go down; mails kept so far stay readable."""
        if self._controller is not None:
            self._controller.stop()
        self._controller = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Called by the SMTP library for each mail."""
        await asyncio.sleep(self.delay)
        self.before_answer()
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.envelopes.append(envelope)
        return answer

    def wait_for(self, wanted: Callable[[list[Mail]], bool], seconds: float = 30) -> list[Mail]:
        """The mails, as soon as they are what is wanted."""
        until = time.monotonic() + seconds
        while not wanted(self.messages):
            assert time.monotonic() < until, f"still waiting; so far: {[each['Subject'] for each in self.messages]}"
            time.sleep(0.05)
        return self.messages
