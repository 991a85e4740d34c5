"""The doctor, and the world that he looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from hub import clock
from hub.doctor.examination import Doctor
from hub.doctor.patience import Patience
from hub.outgoing.client import GuardedClient
from hub.outgoing.resolving import Lookup
from tests.doctor.faulty import NOW, World

BRIEF = {"whole": 8.0, "connect": 1.0, "head": 2.0, "get": 2.0, "page": 1.0}


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def world(authority: trustme.CA, tmp_path: Path) -> Iterator[World]:
    """A world without faults yet, in which the time stands still."""
    world = World(authority, tmp_path)
    with world.stack, clock.fixed(NOW):
        yield world


@pytest.fixture
def client(world: World) -> Callable[[], GuardedClient]:
    """The guarded client of this world; loopback is a private network to it, where it may go nevertheless."""
    bundle = world.folder / "bundle.pem"
    world.authority.cert_pem.write_to_path(str(bundle))
    return lambda: GuardedClient(allowed=world.allowed, ca_bundle=str(bundle), lookup=Lookup(world.resolve))


@pytest.fixture
def doctor(world: World, client: Callable[[], GuardedClient]) -> Callable[[], Doctor]:
    """The doctor of this world, who has less patience than in service."""
    return lambda: Doctor(client(), Patience(**{**BRIEF, **world.patience}), world.ticker)
