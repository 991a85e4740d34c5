"""The table of places where the hub must never go, through the client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.outgoing.client import GuardedClient
from hub.outgoing.connection import WatchedSocket
from hub.outgoing.errors import NO_ANSWER, AddressRefused, OutgoingError, TooManyRedirects, UrlRefused
from hub.outgoing.resolving import Lookup
from tests.outgoing.addresses import (
    HOSTILE_NAMES,
    HOSTILE_URLS,
    INWARD_URLS,
    NEVER_URLS,
    UNREADABLE_URLS,
    resolve_hostile,
)
from tests.outgoing.proxies import PUBLIC, Internet, internet


@pytest.fixture
def _no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(_socket: WatchedSocket, place: object) -> None:
        raise AssertionError(f"the hub connected to {place}")

    monkeypatch.setattr(WatchedSocket, "connect", connect)


@pytest.fixture
def redirecting() -> Iterator[tuple[Internet, list[bytes]]]:
    """A public server whose every answer is a redirect to the last place in the list."""
    location: list[bytes] = []
    with internet(
        lambda connection, _: connection.sendall(
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location[-1] + b"\r\n\r\n"
        )
    ) as world:
        yield world, location


def test_the_table_has_the_size_that_was_promised() -> None:
    assert len(set(HOSTILE_URLS)) == len(HOSTILE_URLS) >= 60


@pytest.mark.usefixtures("_no_connection")
@pytest.mark.parametrize("url", [*NEVER_URLS, *INWARD_URLS])
def test_b_02_an_inward_address_is_refused_with_the_one_sentence(url: str) -> None:
    client = GuardedClient(lookup=Lookup(resolve_hostile))
    with pytest.raises(AddressRefused) as caught:
        client.exchange("HEAD", url)
    assert (caught.value.key, caught.value.message) == ("noanswer", NO_ANSWER)


@pytest.mark.usefixtures("_no_connection")
@pytest.mark.parametrize("url", NEVER_URLS)
def test_metadata_link_local_and_multicast_are_refused_even_where_private_sites_are_allowed(url: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        GuardedClient(allowed=True, lookup=Lookup(resolve_hostile)).exchange("HEAD", url)
    assert caught.value.message == NO_ANSWER


@pytest.mark.usefixtures("_no_connection")
@pytest.mark.parametrize("url", UNREADABLE_URLS)
@pytest.mark.parametrize("allowed", [False, True])
def test_a_url_that_could_mean_two_things_is_refused(url: str, allowed: bool) -> None:
    with pytest.raises(UrlRefused):
        GuardedClient(allowed=allowed, lookup=Lookup(resolve_hostile)).exchange("HEAD", url)


def test_no_hostile_url_gets_past_the_guard_as_a_redirect(redirecting: tuple[Internet, list[bytes]]) -> None:
    world, location = redirecting
    client = world.client(HOSTILE_NAMES)
    for url in HOSTILE_URLS:
        location.append(url.encode())
        try:
            answer = client.exchange("GET", "http://public.test/")
        except TooManyRedirects as error:  # read as a path, it leads to the same public server again
            assert url in UNREADABLE_URLS, url
            answer = error.answer
        except (AddressRefused, UrlRefused):
            continue
        assert {hop.address for hop in answer.hops} == {PUBLIC}, url
    assert set(world.visited) == {f"{PUBLIC}:80"}


def test_b_02_a_redirect_inward_is_told_with_the_one_sentence(redirecting: tuple[Internet, list[bytes]]) -> None:
    world, location = redirecting
    for url in INWARD_URLS:
        location.append(url.encode())
        with pytest.raises(OutgoingError) as caught:
            world.client(HOSTILE_NAMES).exchange("GET", "http://public.test/")
        assert isinstance(caught.value, AddressRefused), url
        assert (caught.value.key, caught.value.message) == ("noanswer", NO_ANSWER)
