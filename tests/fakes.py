"""Stand-ins for the remote parties."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field

from hub.outgoing.errors import NO_ANSWER
from hub.sites.probe import ProbeResult


@dataclass
class FakeProbe:
    """A world in which every site answers but the unreachable ones; notes what was asked, and for how long at most."""

    unreachable: Container[str] = ()
    asked: list[tuple[str, float]] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None  # what happens while the hub waits for the answer

    def __call__(self, url: str, within: float) -> ProbeResult:
        self.asked.append((url, within))
        if self.meanwhile is not None:
            self.meanwhile()
        if url in self.unreachable:
            return ProbeResult(False, cause="noanswer", sentence=NO_ANSWER, detail="nobody answers there")
        return ProbeResult(True, status=200, final_url=url)
