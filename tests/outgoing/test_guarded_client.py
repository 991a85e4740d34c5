"""The one door to the outside, against real servers on loopback."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_network
from itertools import repeat
from threading import Event, Thread

import pytest

from config import Config, ConfigurationError
from hub.outgoing.client import GuardedClient
from hub.outgoing.connection import WatchedSocket
from hub.outgoing.errors import (
    NO_ANSWER,
    AddressRefused,
    AnswerUnreadable,
    HubBusy,
    NameUnknown,
    OutgoingError,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    UrlRefused,
)
from hub.outgoing.limits import HEADER_BYTES, Limits
from hub.outgoing.places import Places
from hub.outgoing.resolving import Lookup
from tests.outgoing.servers import Speak, answer, says, serving

LOOPBACK = (ip_network("127.0.0.1/32"),)
MEBIBYTE = 1_048_576


class NameServer:
    """Answers from a list, one entry for each question; the last one again and again. Remembers the questions."""

    def __init__(self, *answers: Iterable[str]) -> None:
        self._answers = [list(each) for each in answers]
        self.questions: list[str] = []

    def __call__(self, host: str, _port: int) -> list[str]:
        self.questions.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture
def client() -> GuardedClient:
    return GuardedClient(allowed=True)


def named(name_server: NameServer) -> GuardedClient:
    """A client that may go to 127.0.0.1 and asks this name server."""
    return GuardedClient(allowed=LOOPBACK, lookup=Lookup(name_server))


def endless(start: bytes, piece: bytes) -> Speak:
    """Never stops sending, until the client hangs up."""

    def speak(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(start)
        for each in repeat(piece):
            connection.sendall(each)

    return speak


def dripping(text: bytes) -> Speak:
    """Sends a perfect answer, but one byte at a time, and takes two seconds or more for all of it."""

    def speak(connection: socket.socket, _request: bytes) -> None:
        for number in range(len(text)):
            connection.sendall(text[number : number + 1])
            Event().wait(2 / len(text))

    return speak


def own_addresses() -> list[str]:
    """Where this machine can be reached by itself; not every one has IPv6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return ["127.0.0.1"]
    return ["127.0.0.1", "::1"]


def wait(event: Event) -> None:
    """Until the event, but not for ever."""
    event.wait(20)


# What comes back


def test_an_answer_has_status_headers_and_body(client: GuardedClient) -> None:
    with serving(says(answer(200, b"Moodle", content_type="text/html"))) as server:
        came = client.exchange("GET", server.url)
    assert (came.status, came.body, came.headers["content-TYPE"]) == (200, b"Moodle", "text/html")
    assert (came.url, [hop.address for hop in came.hops]) == (server.url, ["127.0.0.1"])


def test_the_request_names_the_hub_and_the_site(client: GuardedClient) -> None:
    introduced = GuardedClient.from_config(Config(url="https://hub.example.org", allow_private_sites=True))
    with serving(says(answer())) as server:
        introduced.exchange("GET", server.url + "moodle?a=b", headers={"accept": "text/html"})
    assert server.requests[0].startswith(b"GET /moodle?a=b HTTP/1.1\r\n")
    assert server.sent("User-Agent") == ["HubBot/1.0 (+https://hub.example.org)"]
    assert server.sent("Host") == [f"127.0.0.1:{server.port}"]
    assert server.sent("Accept") == ["text/html"]


def test_a_post_carries_its_body_and_its_redirect_is_an_answer(client: GuardedClient) -> None:
    received: list[bytes] = []

    def speak(connection: socket.socket, request: bytes) -> None:
        _, _, body = request.partition(b"\r\n\r\n")
        received.append(body or connection.recv(100))
        connection.sendall(answer(307, location="http://127.0.0.1:1/"))

    with serving(speak) as server:
        assert client.exchange("POST", server.url, body=b"token=secret").status == 307
    assert received == [b"token=secret"]


@pytest.mark.parametrize("host", own_addresses())
def test_sites_are_reached_over_each_kind_of_address(client: GuardedClient, host: str) -> None:
    authority = f"[{host}]" if ":" in host else host
    with serving(says(answer(200, b"there")), host=host) as server:
        came = client.exchange("GET", f"http://{authority}:{server.port}/")
    assert (came.body, server.sent("Host")) == (b"there", [f"{authority}:{server.port}"])
    assert came.hops[0].address == host


def test_an_address_in_disguise_is_reached_as_what_it_means_where_private_sites_are_allowed(
    client: GuardedClient,
) -> None:
    with serving(says(answer())) as server:
        came = client.exchange("GET", f"http://0x7f.1:{server.port}/")
    assert came.url == server.url


def test_no_cookie_and_nothing_of_the_environment_is_sent(
    client: GuardedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serving(says(answer(302, location="/next", set_cookie="a=b; Path=/"), answer())) as server:
        client.exchange("GET", server.url)
    assert (len(server.requests), server.sent("Cookie"), server.sent("Authorization")) == (2, [], [])


# Names


def test_b_02_a_name_is_asked_once_and_the_judged_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("somebody below asked the system's resolver")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    flipping = NameServer(["127.0.0.1"], ["169.254.169.254"])
    with serving(says(answer(200, b"judged"))) as server:
        came = named(flipping).exchange("GET", f"http://flip.test:{server.port}/")
    assert (came.body, flipping.questions) == (b"judged", ["flip.test"])
    assert server.sent("Host") == [f"flip.test:{server.port}"]


def test_a_name_that_flips_inward_before_a_redirect_is_refused() -> None:
    flipping = NameServer(["127.0.0.1"], ["127.0.0.2"])
    with serving(says(answer(302, location="/again"), answer(200, b"inward"))) as server:
        with pytest.raises(AddressRefused):
            named(flipping).exchange("GET", f"http://flip.test:{server.port}/")
        assert (len(server.requests), flipping.questions) == (1, ["flip.test", "flip.test"])


def test_a_name_that_flips_outward_after_the_judgement_gets_no_second_chance() -> None:
    flipping = NameServer(["10.0.0.1"], ["127.0.0.1"])
    with serving(says(answer())) as server:
        with pytest.raises(AddressRefused):
            named(flipping).exchange("GET", f"http://flip.test:{server.port}/")
        assert (server.requests, flipping.questions) == ([], ["flip.test"])


def test_a_name_with_one_inward_address_among_good_ones_is_refused() -> None:
    with serving(says(answer())) as server:
        with pytest.raises(AddressRefused):
            named(NameServer(["127.0.0.1", "10.0.0.1"])).exchange("GET", f"http://half.test:{server.port}/")
        assert server.requests == []


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    both = GuardedClient(allowed=True, lookup=Lookup(NameServer(["::1", "127.0.0.1"])))
    with serving(says(answer(200, b"four"))) as server:
        came = both.exchange("GET", f"http://both.test:{server.port}/")
    assert (came.body, came.hops[0].address) == (b"four", "127.0.0.1")


def test_a_name_without_address_is_unknown() -> None:
    for names in (NameServer([]), NameServer(["not an address"])):
        with pytest.raises(NameUnknown):
            named(names).exchange("GET", "http://nobody.test/")


def test_a_name_server_that_hangs_does_not_hold_the_hub() -> None:
    hanging = Event()

    def resolve(_host: str, _port: int) -> list[str]:
        wait(hanging)
        return ["127.0.0.1"]

    slow = GuardedClient(allowed=True, lookup=Lookup(resolve, at_once=1))
    for _ in range(2):  # the second finds the only place for look-ups taken
        with pytest.raises(TooSlow):
            slow.exchange("GET", "http://slow.test/", limits=Limits(total=0.1))
    hanging.set()


def test_a_connection_that_ended_up_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WatchedSocket, "getpeername", lambda _socket: ("10.0.0.1", 80))
    with serving(says(answer())) as server:
        with pytest.raises(AddressRefused):
            named(NameServer(["127.0.0.1"])).exchange("GET", f"http://moved.test:{server.port}/")
        assert server.requests == []


# Redirects


def test_three_redirects_are_followed() -> None:
    names = NameServer(["127.0.0.1"])
    chain = [answer(status, location=f"/{status}") for status in (301, 302, 307)]
    with serving(says(*chain, answer(200, b"there"))) as server:
        came = named(names).exchange("HEAD", f"http://chain.test:{server.port}/")
    assert [hop.status for hop in came.hops] == [301, 302, 307, 200]
    assert names.questions == ["chain.test"] * 4
    assert {request.split(b" ")[0] for request in server.requests} == {b"HEAD"}


def test_the_fourth_redirect_and_loops_are_not_followed(client: GuardedClient) -> None:
    with serving(says(answer(302, location="/"))) as server:
        with pytest.raises(TooManyRedirects) as caught:
            client.exchange("GET", server.url)
        assert (len(server.requests), caught.value.answer.status) == (4, 302)


def test_a_redirect_without_target_is_an_answer(client: GuardedClient) -> None:
    with serving(says(answer(302))) as server:
        assert client.exchange("GET", server.url).status == 302


def test_credentials_are_not_shown_to_another_server(client: GuardedClient) -> None:
    with serving(says(answer())) as stranger, serving(says(answer(302, location=stranger.url))) as server:
        client.exchange("GET", server.url, headers={"Authorization": "Bearer secret", "X-Kept": "yes"})
    assert (server.sent("Authorization"), stranger.sent("Authorization")) == (["Bearer secret"], [])
    assert stranger.sent("X-Kept") == ["yes"]


# Limits


@pytest.mark.parametrize(
    "text",
    [
        answer(200, b"x" * 40),
        b"HTTP/1.1 200 OK\r\n" + b"X-Slow: slow\r\n" * 4 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n1\r\nx\r\n0\r\n\r\n",
    ],
    ids=["body", "headers", "chunks"],
)
def test_a_server_that_drips_is_left_at_the_deadline_although_it_is_never_silent(
    client: GuardedClient, text: bytes
) -> None:
    with serving(dripping(text)) as server, pytest.raises(TooSlow):
        client.exchange("GET", server.url, limits=Limits(read=1, total=0.4))


def test_a_silent_server_is_left_after_the_time_between_two_pieces(client: GuardedClient) -> None:
    hanging = Event()
    with serving(lambda _connection, _request: wait(hanging)) as server:
        with pytest.raises(TooSlow) as caught:
            client.exchange("GET", server.url, limits=Limits(read=0.1, total=20))
        hanging.set()
    assert "silent" in caught.value.detail


def test_all_redirects_share_one_deadline(client: GuardedClient) -> None:
    def speak(connection: socket.socket, _request: bytes) -> None:
        Event().wait(0.3)
        connection.sendall(answer(302, location="/"))

    with serving(speak) as server, pytest.raises(TooSlow):
        client.exchange("GET", server.url, limits=Limits(total=0.8))


def test_a_server_that_takes_no_connection_is_unreachable(client: GuardedClient) -> None:
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = [socket.socket() for _ in range(3)]
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(full.getsockname())
    try:
        with pytest.raises(Unreachable) as caught:
            client.exchange("GET", f"http://127.0.0.1:{full.getsockname()[1]}/", limits=Limits(connect=0.2))
        assert "firewall" in caught.value.detail
    finally:
        for each in (*waiting, full):
            each.close()


def test_a_closed_port_is_unreachable(client: GuardedClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable):
        client.exchange("GET", f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("extra", [0, 1])
def test_a_body_of_one_mebibyte_is_taken_and_not_a_byte_more(client: GuardedClient, extra: int) -> None:
    with serving(says(answer(200, b"x" * (MEBIBYTE + extra)))) as server:
        if extra:
            with pytest.raises(TooLarge):
                client.exchange("GET", server.url)
        else:
            assert len(client.exchange("GET", server.url).body) == MEBIBYTE


def test_the_body_is_counted_after_decompression(client: GuardedClient) -> None:
    for size, fits in ((MEBIBYTE, True), (MEBIBYTE + 1, False)):
        packed = answer(200, gzip.compress(b"\0" * size), content_encoding="gzip")
        with serving(says(packed)) as server:
            if fits:
                assert client.exchange("GET", server.url).body == b"\0" * size
            else:
                with pytest.raises(TooLarge):
                    client.exchange("GET", server.url)


def bomb(layers: int) -> bytes:
    """Zeros, 200 MiB of them, packed so many times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b"\0" * MEBIBYTE) for _ in range(200)) + packer.flush()
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


@pytest.mark.parametrize(("layers", "encoding"), [(1, "gzip"), (2, "gzip, gzip"), (1, "deflate")])
def test_a_gzip_bomb_is_given_up_after_its_first_mebibyte(client: GuardedClient, layers: int, encoding: str) -> None:
    packed = zlib.compress(b"\0" * 200 * MEBIBYTE) if encoding == "deflate" else bomb(layers)
    with serving(says(answer(200, packed, content_encoding=encoding))) as server:
        tracemalloc.start()
        try:
            with pytest.raises(TooLarge):
                client.exchange("GET", server.url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 8 * MEBIBYTE


@pytest.mark.parametrize(
    ("start", "piece", "error"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"x" * 1000 + b"\r\n", (TooLarge, AnswerUnreadable)),
        (b"HTTP/1.1 200 OK\r\nX-Header: ", b"x" * 1000, (TooLarge, AnswerUnreadable)),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", TooLarge),
        (b"", b"x" * 1000, (TooLarge, AnswerUnreadable)),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1000, TooLarge),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 900 + b"\r\nx\r\n", TooLarge),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"0" * 1000,
            (TooLarge, AnswerUnreadable),
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: x\r\n", TooLarge),
    ],
    ids=["headers", "header", "continue", "status", "body", "chunk extension", "chunk size", "trailers"],
)
def test_a_server_that_never_ends_is_left(
    client: GuardedClient, start: bytes, piece: bytes, error: type[OutgoingError]
) -> None:
    with serving(endless(start, piece)) as server, pytest.raises(error):
        client.exchange("GET", server.url)


def test_headers_of_more_than_64_kibibytes_are_refused(client: GuardedClient) -> None:
    lines = b"X-Header: " + b"x" * 8000 + b"\r\n"
    for count in (4, HEADER_BYTES // 8000 + 2):
        with serving(says(b"HTTP/1.1 200 OK\r\n" + lines * count + b"Content-Length: 0\r\n\r\n")) as server:
            if count == 4:
                assert client.exchange("GET", server.url).status == 200
            else:
                with pytest.raises(TooLarge):
                    client.exchange("GET", server.url)


def test_a_limit_of_no_bytes_leaves_the_body_unread(client: GuardedClient) -> None:
    with serving(endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1000)) as server:
        assert client.exchange("GET", server.url, limits=Limits(body=0)).body == b""


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        answer(200, b"not gzip at all", content_encoding="gzip"),
        b"HTTP/1.1 99999 OK\r\n\r\n",
    ],
)
def test_what_is_not_http_is_an_unreadable_answer(client: GuardedClient, text: bytes) -> None:
    with serving(says(text)) as server, pytest.raises(AnswerUnreadable):
        client.exchange("GET", server.url)


def test_a_hub_that_is_busy_says_so_instead_of_queueing_for_ever() -> None:
    arrived, enough = Event(), Event()

    def speak(connection: socket.socket, _request: bytes) -> None:
        arrived.set()
        wait(enough)
        connection.sendall(answer())

    small = GuardedClient(allowed=True, places=Places(at_once=1, longest_wait=0.1))
    with serving(speak) as server:
        first = Thread(target=small.exchange, args=("GET", server.url))
        first.start()
        assert arrived.wait(20)
        with pytest.raises(HubBusy, match="try again"):
            small.exchange("GET", server.url)
        enough.set()
        first.join()
        assert small.exchange("GET", server.url).status == 200


# What is told to whom


def test_what_happened_inside_a_private_network_is_not_told(client: GuardedClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OutgoingError) as caught:
        client.exchange("GET", f"http://127.0.0.1:{port}/")
    assert (caught.value.key, str(caught.value), caught.value.told(publicly=True)) == ("noanswer", NO_ANSWER, NO_ANSWER)
    assert "refused" in caught.value.told(publicly=False)


def test_a_url_that_cannot_be_read_is_explained() -> None:
    with pytest.raises(UrlRefused, match="user name or password") as caught:
        GuardedClient().exchange("GET", "http://admin:admin@moodle.example.org/")
    assert caught.value.key == "urlrefused"


def test_unknown_and_refused_names_cannot_be_told_apart() -> None:
    told = set()
    for name_server in (NameServer([]), NameServer(["10.0.0.1"]), NameServer(["127.0.0.1"])):
        with pytest.raises((NameUnknown, AddressRefused)) as caught:
            GuardedClient(lookup=Lookup(name_server)).exchange("GET", "http://whatever.test/")
        told.add((caught.value.key, caught.value.message, caught.value.status))
    assert told == {("noanswer", NO_ANSWER, 400)}


# Configuration


def test_a_proxy_or_bundle_that_cannot_be_meant_stops_the_start() -> None:
    for broken in (
        Config(outgoing_proxy="proxy:3128"),
        Config(outgoing_proxy="socks5://proxy:1080"),
        Config(outgoing_proxy="http://proxy:x"),
        Config(ca_bundle="/nowhere/bundle.pem"),
        replace(Config(), ca_bundle=__file__),
    ):
        with pytest.raises(ConfigurationError, match=r"HUB_OUTGOING_PROXY|HUB_CA_BUNDLE"):
            GuardedClient.from_config(broken)
