"""What an examination found: values that can be kept and told to different people, without any words yet."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any


class Verdict(enum.StrEnum):
    """How a step went."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    NOT_ASKED = "notasked"


class Step(enum.StrEnum):
    """The steps in their order."""

    URL = "url"
    NAME = "name"
    PROXY = "proxy"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    TLS = "tls"
    REDIRECTS = "redirects"
    HEAD = "head"
    GET = "get"
    MOODLE = "moodle"
    REGISTRATION = "registration"
    CLOCK = "clock"
    ANSWER = "answer"  # all that may be told about a place that not everybody can see
    LISTED = "listed"


_GRAVITY = {Verdict.BAD: 0, Verdict.WARNING: 1, Verdict.GOOD: 2, Verdict.NOT_ASKED: 3}


@dataclass(frozen=True)
class Finding:
    """What one step showed. ``cause`` is a key of ``wording``; ``values`` are clean texts.

    ``why`` is the cause behind the cause. Everybody may learn of a finding if it is ``public``, and of its reason only
    if that is public as well.
    """

    step: Step
    verdict: Verdict
    cause: str
    values: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    public: bool = True
    why_public: bool = True

    def for_everybody(self) -> Finding:
        """The same, without a reason that not everybody may learn."""
        return self if self.why_public else replace(self, why="noanswer")


@dataclass(frozen=True)
class Report:
    """An examination: of which URL, when, what was found, and whether a registration would find the site there."""

    url: str
    asked_at: datetime
    reachable: bool
    findings: tuple[Finding, ...]
    whole: bool = True  # or only what a registration has seen

    @property
    def first(self) -> Finding:
        """The finding to begin with: the gravest, and of these the one that came first."""
        return min(self.findings, key=lambda finding: _GRAVITY[finding.verdict])

    @property
    def verdict(self) -> Verdict:
        return self.first.verdict

    def for_everybody(self) -> Report:
        """What the whole internet could find out as well. Of the rest only this: whether there was an answer."""
        hidden = next((place for place, finding in enumerate(self.findings) if not finding.public), None)
        if hidden is None:
            return replace(self, findings=tuple(finding.for_everybody() for finding in self.findings))
        told = (finding.for_everybody() for finding in self.findings[:hidden])
        outcome = (Verdict.GOOD, "answered") if self.reachable else (Verdict.BAD, "noanswer")
        return replace(self, findings=(*told, Finding(Step.ANSWER, *outcome)))

    def with_finding(self, finding: Finding) -> Report:
        """The report with one more finding at its end."""
        return replace(self, findings=(*self.findings, finding))

    def stored(self) -> dict[str, Any]:
        """The findings as JSON takes them."""
        return {"reachable": self.reachable, "whole": self.whole, "findings": [asdict(each) for each in self.findings]}

    @classmethod
    def from_stored(cls, url: str, asked_at: datetime, content: Mapping[str, Any]) -> Report:
        """The report of which ``stored()`` told this."""
        findings = tuple(
            Finding(**{**each, "step": Step(each["step"]), "verdict": Verdict(each["verdict"])})
            for each in content["findings"]
        )
        return cls(url, asked_at, content["reachable"], findings, content["whole"])
