"""The examination itself: asks the site as registrations do, in steps, and notes what each step shows.

At most 12 questions to a site, within 20 seconds; nothing that it sends is kept but short clean texts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hub import clock
from hub.doctor import answers, causes, connecting, reading, securing, visiting
from hub.doctor.findings import Finding, Report, Step, Verdict
from hub.doctor.patience import Patience
from hub.outgoing.addresses import Address
from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import OutgoingError
from hub.outgoing.limits import Deadline
from hub.outgoing.places import Places
from hub.outgoing.visits import Visit

AT_ONCE = 3

Arrive = Callable[[tuple[Address, ...]], None]


def _nothing(_addresses: tuple[Address, ...]) -> None:
    """Nobody wants to know where the examination goes."""


@dataclass
class Doctor:
    """Examines sites, a few at a time: build it once. ``ticking`` measures seconds."""

    client: GuardedClient
    patience: Patience = field(default_factory=Patience)
    ticking: Callable[[], float] = time.monotonic
    places: Places = field(default_factory=lambda: Places(AT_ONCE))

    def examine(self, text: str, before_connecting: Arrive = _nothing) -> Report:
        """What the hub sees of the site at this address; HubBusy when too many examinations are under way.

        ``before_connecting`` receives the addresses, and may raise to keep the hub from going there.
        """
        read = reading.read(text)
        now = clock.now()
        if read.target is None:
            return Report(read.url, now, False, (read.finding,))
        deadline = Deadline(self.patience.whole)
        with self.places.one(deadline):
            examination = _Examination(self, read, deadline)
            examination.carry_out(before_connecting)
        return Report(read.url, now, examination.reachable, tuple(examination.findings))


@dataclass
class _Examination:
    doctor: Doctor
    read: reading.Reading
    deadline: Deadline
    findings: list[Finding] = field(default_factory=list)
    reachable: bool = False

    def carry_out(self, before_connecting: Arrive) -> None:
        assert self.read.target is not None
        patience = self.doctor.patience
        limits = patience.limits(patience.connect, self.deadline)
        visit = Visit(self.doctor.client, self.read.target, limits, self.deadline)
        if not self._find_addresses(visit):
            return
        before_connecting(visit.route.addresses)
        self.findings += connecting.findings(visit)
        if self._lost:
            return
        self.findings.append(securing.finding(visit))
        if not self._lost:
            self._ask()

    def _find_addresses(self, visit: Visit) -> bool:
        begun = self.doctor.ticking()
        try:
            addresses = visit.route.addresses
        except OutgoingError as error:
            self._lose(error)
            return False
        seconds = self.doctor.ticking() - begun
        self.findings += [self.read.finding, connecting.named(visit, addresses, seconds)]
        return True

    def _lose(self, error: OutgoingError) -> None:
        """The name leads nowhere, or where the hub does not go: what is told is the same for both."""
        if self.read.doubtful_name:
            values = dict(self.read.finding.values)
            self.findings.append(Finding(Step.URL, Verdict.BAD, self.read.doubtful_name, values))
        else:
            self.findings.append(self.read.finding)
        cause = causes.of(error)
        key = "name-slow" if cause.key in ("silent", "slowest") else cause.key
        self.findings.append(Finding(Step.NAME, Verdict.BAD, key, public=cause.public))

    @property
    def _lost(self) -> bool:
        return any(each.verdict is Verdict.BAD for each in self.findings)

    def _ask(self) -> None:
        doctor = self.doctor
        visitor = visiting.Visitor(doctor.client, doctor.patience, self.deadline, doctor.ticking)
        judged = answers.judge(visitor, self.read.url)
        self.reachable = judged.reachable
        self.findings += judged.findings


__all__ = ["Doctor"]
