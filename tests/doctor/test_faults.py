"""Every fault by its right cause, played by real servers; and nothing of it told to whoever may not know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from hub import clock
from hub.doctor import wording
from hub.doctor.examination import Doctor
from hub.doctor.findings import Finding, Report, Step, Verdict
from hub.doctor.patience import Patience
from hub.outgoing.client import GuardedClient
from hub.outgoing.resolving import Lookup
from hub.sites.probe import probe
from tests.doctor.faulty import FAULTS, NOW, Fault, World

MOST_REQUESTS = 12


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def world(authority: trustme.CA, tmp_path: Path) -> Iterator[World]:
    """A world without faults yet, at noon."""
    world = World(authority, tmp_path)
    with world.stack, clock.fixed(NOW):
        yield world


def doctor(world: World, **options: object) -> Doctor:
    """The doctor of this world, who has less patience than in service; loopback is a private network to him."""
    patience = Patience(**{"whole": 8.0, "connect": 1.0, "head": 2.0, "get": 2.0, "page": 1.0, **world.patience})
    return Doctor(client(world), patience, world.ticker, **options)  # type: ignore[arg-type]  # passed on


def client(world: World) -> GuardedClient:
    bundle = world.folder / "bundle.pem"
    world.authority.cert_pem.write_to_path(str(bundle))
    return GuardedClient(allowed=world.allowed, ca_bundle=str(bundle), lookup=Lookup(world.resolve))


def played(fault: Fault, world: World) -> Report:
    url = fault.play(world)
    return doctor(world).examine(url)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_right_cause_comes_first_with_its_cure_and_no_stranger_learns_it_of_a_private_network(
    fault: Fault, world: World
) -> None:
    report = played(fault, world)
    causes = [f"{each.step}: {each.cause} {each.why}" for each in report.findings]
    assert (report.first.cause, report.first.why, report.verdict) == (fault.cause, fault.why, fault.verdict), causes
    assert wording.sentence(report.first)
    assert wording.cure(report.first)
    assert world.received <= MOST_REQUESTS
    _address, *others = report.for_everybody().findings
    outcome = (Verdict.GOOD, "answered") if report.reachable else (Verdict.BAD, "noanswer")
    assert others == [Finding(Step.ANSWER, *outcome)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_doctor_and_a_registration_agree_whether_the_site_is_there(fault: Fault, world: World) -> None:
    url = fault.play(world)
    patience = min(world.patience.values(), default=1.0)
    assert doctor(world).examine(url).reachable is probe(url, patience * 3, client=client(world)).reachable
