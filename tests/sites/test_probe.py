"""Whether a site answers, asked of real servers."""

from __future__ import annotations

import socket
import ssl
from functools import partial
from threading import Event, Thread

import pytest
import trustme

from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import NO_ANSWER, HubBusy
from hub.outgoing.places import Places
from hub.sites.probe import Probe, ProbeResult, probe
from tests.outgoing.addresses import HOSTILE_NAMES, HOSTILE_URLS, INWARD_URLS, NEVER_URLS
from tests.outgoing.proxies import PUBLIC, internet
from tests.outgoing.servers import answer, says, says_to, serving


@pytest.fixture
def ask() -> Probe:
    """A probe that may visit loopback."""
    return partial(probe, client=GuardedClient(allowed=True, user_agent="HubBot/1.0 (+http://hub.test)"))


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("status", [200, 204, 300, 304, 401, 403])
def test_a_site_that_answers_is_reachable_and_so_is_one_that_wants_a_sign_in(ask: Probe, status: int) -> None:
    with serving(says(answer(status))) as server:
        assert ask(server.url, 5) == ProbeResult(True, status, server.url, odd_port=True)
    assert [request.split(b" ")[0] for request in server.requests] == [b"HEAD"]


@pytest.mark.parametrize("status", [400, 404, 405, 410, 500, 502, 503])
def test_a_site_that_answers_with_an_error_to_head_and_get_is_not_reachable(ask: Probe, status: int) -> None:
    with serving(says(answer(status))) as server:
        result = ask(server.url, 5)
    assert (result.reachable, result.status) == (False, status)
    assert [request.split(b" ")[0] for request in server.requests] == [b"HEAD", b"GET"]


@pytest.mark.parametrize("refusal", [answer(503), answer(405), answer(404), b"", b"nonsense\r\n\r\n"])
def test_a_site_that_refuses_head_is_asked_with_get(ask: Probe, refusal: bytes) -> None:
    with serving(says_to(HEAD=refusal, GET=answer(200, b"Moodle"))) as server:
        assert ask(server.url, 5).reachable


def test_a_site_that_swallows_head_still_has_time_for_get(ask: Probe) -> None:
    enough = Event()

    def speak(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"HEAD"):
            enough.wait(20)
        connection.sendall(answer())

    with serving(speak) as server:
        assert ask(server.url, 3).reachable
        enough.set()


def test_both_questions_share_one_deadline(ask: Probe) -> None:
    enough = Event()

    def says_nothing(_connection: socket.socket, _request: bytes) -> None:
        enough.wait(20)

    with serving(says_nothing) as server:
        result = ask(server.url, 0.3)
        enough.set()
    assert (result.reachable, result.detail[:22]) == (False, "There was no complete ")
    assert len(server.requests) <= 2


def test_the_request_is_made_like_a_visitors_and_names_the_hub(ask: Probe) -> None:
    with serving(says(answer())) as server:
        ask(server.url + "moodle", 5)
    assert server.sent("User-Agent") == ["HubBot/1.0 (+http://hub.test)"]
    assert server.sent("Accept")[0].startswith("text/html")
    assert server.requests[0].startswith(b"HEAD /moodle HTTP/1.1")


def test_a_redirect_to_a_login_server_is_accepted(ask: Probe) -> None:
    with serving(says(answer(200))) as login, serving(says(answer(302, location=login.url + "cas"))) as server:
        result = ask(server.url, 5)
    assert (result.reachable, result.final_url) == (True, login.url + "cas")


def test_a_site_that_redirects_for_ever_is_there_but_followed_three_times_only(ask: Probe) -> None:
    with serving(says(answer(302, location="/login"))) as server:
        result = ask(server.url, 5)
    assert (result.reachable, result.status, len(server.requests)) == (True, 302, 4)


def test_a_redirect_inward_makes_a_site_unreachable() -> None:
    for url in (*NEVER_URLS, *INWARD_URLS):
        location = url.encode().decode("latin-1")
        with internet(says(answer(302, location=location))) as world:
            result = probe("http://moodle.test/", 5, client=world.client(HOSTILE_NAMES))
        assert (result.reachable, result.cause, result.sentence) == (False, "noanswer", NO_ANSWER), url
        assert world.visited == [f"{PUBLIC}:80"]


def test_no_hostile_url_is_reachable_or_visited() -> None:
    with internet(says(answer())) as world:
        client = world.client(HOSTILE_NAMES)
        results = [probe(url, 5, client=client) for url in HOSTILE_URLS]
    assert not any(result.reachable for result in results)
    assert {result.cause for result in results} == {"noanswer", "urlrefused"}
    assert world.visited == []


def test_the_page_is_never_read(ask: Probe) -> None:
    def speak(connection: socket.socket, request: bytes) -> None:
        status = b"405 Not Allowed" if request.startswith(b"HEAD") else b"200 OK"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Encoding: gzip\r\n\r\nnot gzip at all")

    with serving(speak) as server:
        assert ask(server.url, 5).reachable


@pytest.mark.parametrize(
    ("url", "odd"),
    [
        ("http://moodle.test/", False),
        ("https://moodle.test:443/", False),
        ("http://moodle.test:443/", False),
        ("http://moodle.test:8080/", True),
        ("not a url", False),
    ],
)
def test_an_odd_port_is_named(url: str, odd: bool) -> None:
    with internet(says(answer(404))) as world:
        assert probe(url, 0.5, client=world.client()).odd_port is odd


def test_a_status_is_told_for_public_sites_and_not_for_private_ones() -> None:
    with internet(says(answer(404))) as world:
        public = probe("http://moodle.test/", 5, client=world.client())
        private = probe("http://moodle.test/", 5, client=world.client({"moodle.test": ("10.0.0.1",)}, allowed=True))
    assert (public.cause, "status 404" in public.sentence) == ("badstatus", True)
    assert (private.cause, private.sentence) == ("noanswer", NO_ANSWER)
    assert "status 404" in private.detail


def test_a_self_signed_certificate_makes_a_site_unreachable_and_the_cause_is_told() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("moodle.test").configure_cert(context)
    with internet(says(answer()), tls=context) as world:
        result = probe("https://moodle.test/", 5, client=world.client())
    assert (result.reachable, result.cause) == (False, "certificateinvalid")
    assert "moodle.test" in result.sentence
    assert len(world.visited) == 1


def test_a_closed_port_is_asked_once(ask: Probe) -> None:
    result = ask(f"http://127.0.0.1:{closed_port()}/", 5)
    assert (result.reachable, result.sentence) == (False, NO_ANSWER)
    assert "refused" in result.detail


def test_a_slow_site_does_not_hold_up_the_others_but_their_number_is_limited() -> None:
    arrived, enough = Event(), Event()

    def speak(connection: socket.socket, _request: bytes) -> None:
        arrived.set()
        enough.wait(20)
        connection.sendall(answer())

    client = GuardedClient(allowed=True, places=Places(at_once=2, longest_wait=0.1))
    with serving(speak) as slow, serving(says(answer())) as quick:
        waiting = [Thread(target=partial(probe, slow.url, 20, client=client))]
        waiting[0].start()
        assert arrived.wait(20)
        assert probe(quick.url, 5, client=client).reachable
        arrived.clear()
        waiting.append(Thread(target=partial(probe, slow.url, 20, client=client)))
        waiting[1].start()
        assert arrived.wait(20)
        with pytest.raises(HubBusy):
            probe(quick.url, 5, client=client)
        enough.set()
        for each in waiting:
            each.join()
