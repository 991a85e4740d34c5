"""Every fault by its right cause, played by real servers; and nothing of it told to whoever may not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.doctor import wording
from hub.doctor.examination import Doctor
from hub.doctor.findings import Finding, Step, Verdict
from hub.outgoing.client import GuardedClient
from hub.sites.probe import probe
from tests.doctor.faulty import FAULTS, Fault, World

MOST_REQUESTS = 12


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_right_cause_comes_first_with_its_cure_and_no_stranger_learns_it_of_a_private_network(
    fault: Fault, world: World, doctor: Callable[[], Doctor]
) -> None:
    url = fault.play(world)
    report = doctor().examine(url)
    causes = [f"{each.step}: {each.cause} {each.why}" for each in report.findings]
    assert (report.first.cause, report.first.why, report.verdict) == (fault.cause, fault.why, fault.verdict), causes
    for finding in report.findings:
        assert wording.sentence(finding).isprintable()
        assert wording.cure(finding) or finding.verdict in (Verdict.GOOD, Verdict.NOT_ASKED), finding
    assert world.received <= MOST_REQUESTS
    _address, *others = report.for_everybody().findings
    outcome = (Verdict.GOOD, "answered") if report.reachable else (Verdict.BAD, "noanswer")
    assert others == [Finding(Step.ANSWER, *outcome)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_doctor_and_a_registration_agree_whether_the_site_is_there(
    fault: Fault, world: World, doctor: Callable[[], Doctor], client: Callable[[], GuardedClient]
) -> None:
    url = fault.play(world)
    patience = min(world.patience.values(), default=1.0)
    assert doctor().examine(url).reachable is probe(url, patience * 3, client=client()).reachable
