"""Certificates and host names are verified, against the name in the URL and not the address connected to."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
import trustme

from config import Config
from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import CertificateInvalid, TooSlow, Unreachable
from hub.outgoing.limits import Limits
from hub.outgoing.resolving import Lookup
from tests.outgoing.proxies import PUBLIC, internet
from tests.outgoing.servers import answer, says, serving


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def presenting(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server's context with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def client(bundle: str | None) -> GuardedClient:
    """A client that trusts the bundle and for which every name is 127.0.0.1."""
    return GuardedClient(allowed=True, ca_bundle=bundle, lookup=Lookup(lambda _host, _port: ["127.0.0.1"]))


def test_a_private_authority_is_trusted_when_the_bundle_names_it(authority: trustme.CA, bundle: str) -> None:
    context = presenting(authority.issue_cert("moodle.test"))
    asked_for: list[str | None] = []
    context.sni_callback = lambda _connection, name, _context: asked_for.append(name)  # type: ignore[assignment]
    with serving(says(answer(200, b"secure")), tls=context) as server:
        came = client(bundle).exchange("GET", f"https://moodle.test:{server.port}/")
    assert (came.body, asked_for) == (b"secure", ["moodle.test"])
    assert server.sent("Host") == [f"moodle.test:{server.port}"]


def test_a_certificate_for_an_address_is_good_for_that_address(authority: trustme.CA, bundle: str) -> None:
    with serving(says(answer(200)), tls=presenting(authority.issue_cert("127.0.0.1"))) as server:
        assert client(bundle).exchange("GET", server.url).status == 200


def test_b_36_a_private_authority_is_not_trusted_by_itself(authority: trustme.CA) -> None:
    with serving(says(answer(200)), tls=presenting(authority.issue_cert("moodle.test"))) as server:
        with pytest.raises(CertificateInvalid) as caught:
            client(None).exchange("GET", f"https://moodle.test:{server.port}/")
        assert server.requests == []
    assert "unable to get local issuer" in caught.value.detail


@pytest.mark.parametrize("name", ["other.test", "127.0.0.1"])
def test_b_36_a_certificate_for_another_name_is_refused(authority: trustme.CA, bundle: str, name: str) -> None:
    with serving(says(answer(200)), tls=presenting(authority.issue_cert(name))) as server:
        with pytest.raises(CertificateInvalid) as caught:
            client(bundle).exchange("GET", f"https://moodle.test:{server.port}/")
        assert server.requests == []
    assert "mismatch" in caught.value.detail


def test_an_expired_certificate_is_refused(authority: trustme.CA, bundle: str) -> None:
    expired = authority.issue_cert("moodle.test", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    with serving(says(answer(200)), tls=presenting(expired)) as server, pytest.raises(CertificateInvalid) as caught:
        client(bundle).exchange("GET", f"https://moodle.test:{server.port}/")
    assert "expired" in caught.value.detail


def test_the_configuration_names_the_bundle(authority: trustme.CA, bundle: str) -> None:
    configured = GuardedClient.from_config(Config(allow_private_sites=True, ca_bundle=bundle))
    with serving(says(answer(200)), tls=presenting(authority.issue_cert("127.0.0.1"))) as server:
        assert configured.exchange("HEAD", server.url).status == 200


def test_through_a_proxy_the_site_proves_itself_to_the_hub(authority: trustme.CA, bundle: str) -> None:
    with internet(says(answer(200, b"end to end")), tls=presenting(authority.issue_cert("moodle.test"))) as world:
        came = world.client(ca_bundle=bundle).exchange("GET", "https://moodle.test/")
        with pytest.raises(CertificateInvalid, match=r"The certificate of other\.test is not valid"):
            world.client(ca_bundle=bundle).exchange("GET", "https://other.test/")
    assert (came.body, world.visited) == (b"end to end", [f"{PUBLIC}:443"] * 2)


def test_a_server_without_tls_behind_https_is_unreachable() -> None:
    with serving(says(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)) as server:
        server.scheme = "https"
        with pytest.raises((Unreachable, TooSlow)):
            client(None).exchange("GET", server.url, limits=Limits(total=1))


def test_a_handshake_that_nobody_answers_ends_at_the_deadline() -> None:
    with serving(says(b"")) as server, pytest.raises(TooSlow):
        client(None).exchange("GET", f"https://127.0.0.1:{server.port}/", limits=Limits(total=0.3))


def test_a_server_that_drips_over_tls_is_left_at_the_deadline(authority: trustme.CA, bundle: str) -> None:
    text = answer(200, b"x" * 20)

    def drip(connection: object, _request: bytes) -> None:
        for number in range(len(text)):
            connection.sendall(text[number : number + 1])  # type: ignore[attr-defined]  # a socket
            Event().wait(2 / len(text))

    with serving(drip, tls=presenting(authority.issue_cert("127.0.0.1"))) as server, pytest.raises(TooSlow):
        client(bundle).exchange("GET", server.url, limits=Limits(read=1, total=0.5))
