"""Going out through the operator's proxy, and what may be told about public servers."""

from __future__ import annotations

import pytest

from config import Config
from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import NO_ANSWER, OutgoingError, TooManyRedirects, Unreachable
from hub.outgoing.limits import Limits
from hub.outgoing.proxy import Proxy, read_proxy
from tests.outgoing.proxies import PUBLIC, internet
from tests.outgoing.servers import answer, says, serving


def test_the_proxy_is_asked_for_the_judged_address_and_the_site_for_its_name() -> None:
    with internet(says(answer(200, b"behind"))) as world:
        came = world.client().exchange("GET", "http://moodle.test:8080/course")
    assert (came.body, came.hops[0].address) == (b"behind", PUBLIC)
    assert world.visited == [f"{PUBLIC}:8080"]
    assert world.requests[0].startswith(b"GET /course HTTP/1.1\r\nHost: moodle.test:8080\r\n")


def test_the_proxys_credentials_go_to_the_proxy_only() -> None:
    with internet(says(answer())) as world:
        world.client().exchange("GET", "http://moodle.test/")
    assert world.proxy.sent("Proxy-Authorization") == ["Basic aHViOnNlY3JldA=="]
    assert b"Proxy-Authorization" not in world.requests[0]


def test_an_ipv6_site_is_asked_for_in_brackets() -> None:
    with internet(says(answer())) as world:
        world.client({"six.test": ("2606:2800::1",)}).exchange("GET", "http://six.test/")
        world.client({"both.test": ("2606:2800::1", PUBLIC)}).exchange("GET", "http://both.test/")
    assert world.visited == ["[2606:2800::1]:80", f"{PUBLIC}:80"]


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 403 Forbidden\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Header: x\r\n" * 2000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\n",
    ],
)
def test_a_proxy_that_does_not_connect_makes_the_site_unreachable(reply: bytes) -> None:
    with serving(says(reply)) as server:
        client = GuardedClient(proxy=Proxy("127.0.0.1", server.port))
        with pytest.raises(Unreachable):
            client.exchange("GET", f"http://{PUBLIC}/")


def test_a_proxy_is_read_from_the_configuration() -> None:
    assert read_proxy(None) is None
    assert read_proxy("http://proxy.test") == Proxy("proxy.test", 3128)
    assert read_proxy("http://hub:a%40b@proxy.test:8080/") == Proxy("proxy.test", 8080, "hub:a@b")


def test_a_configured_proxy_is_used() -> None:
    with internet(says(answer(200))) as world:
        config = Config(outgoing_proxy=f"http://127.0.0.1:{world.proxy.port}")
        GuardedClient.from_config(config, "https://hub.test").exchange("GET", f"http://{PUBLIC}/")
    assert world.visited == [f"{PUBLIC}:80"]
    assert b"User-Agent: HubBot/1.0 (+https://hub.test)" in world.requests[0]


@pytest.mark.parametrize("port", ["", ":443", ":8080"])
def test_the_cause_is_told_for_public_addresses_on_the_usual_ports_and_the_sites_own(port: str) -> None:
    with internet(says(b"SSH-2.0\r\n")) as world, pytest.raises(OutgoingError) as caught:
        world.client().exchange("GET", f"http://moodle.test{port}/")
    assert (caught.value.key, caught.value.message) == ("answerunreadable", caught.value.detail)


@pytest.mark.parametrize(("port", "told"), [(80, True), (443, True), (22, False)])
def test_the_cause_is_not_told_for_another_port_of_a_redirect(port: int, told: bool) -> None:
    chain = says(answer(302, location=f"http://elsewhere.test:{port}/"), b"SSH-2.0\r\n")
    with internet(chain) as world, pytest.raises(OutgoingError) as caught:
        world.client().exchange("GET", "http://moodle.test/")
    assert (caught.value.message != NO_ANSWER) is told
    assert "not HTTP" in caught.value.detail


def test_an_answer_says_whether_the_public_may_learn_of_it() -> None:
    with internet(says(answer())) as world:
        assert world.client().exchange("GET", "http://moodle.test/").public
        inside = world.client({"inside.test": ("10.0.0.1",)}, allowed=True)
        assert not inside.exchange("GET", "http://inside.test/").public


def test_an_endless_chain_of_redirects_is_told() -> None:
    with internet(says(answer(302, location="/"))) as world, pytest.raises(TooManyRedirects, match="more than 1 times"):
        world.client().exchange("GET", "http://moodle.test/", limits=Limits(redirects=1))
