"""Proof that somebody controls an address: a file, a DNS record, a tag; what counts, and what hostile answers do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub import clock
from hub.events.record import COMMAND
from hub.extensions import db
from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import AnswerUnreadable, OutgoingError, TooSlow
from hub.outgoing.resolving import Lookup
from hub.outgoing.txt_records import TxtRecords
from hub.registration import proofs
from hub.registration.front_page import LONGEST_HEAD, meta_contents
from hub.registration.proofs import Finding, Method, Proof
from hub.sites import moderation
from hub.sites.models import Site
from tests.factories import make_site
from tests.registration.conftest import forms, link_in, mails, query, register, submit
from tests.registration.web import FakeWeb, Placing
from tests.support.dns import NameServer
from tests.support.moodle import MoodleSite

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.stop()


@pytest.fixture
def names(running: NameServer) -> NameServer:
    """A real name server, knowing nothing yet."""
    running.forget()
    return running


@pytest.fixture
def texts(names: NameServer) -> TxtRecords:
    return TxtRecords(["127.0.0.1"], names.port)


@pytest.fixture
def client() -> GuardedClient:
    """The real client; every name leads to this machine."""
    return GuardedClient(allowed=True, lookup=Lookup(lambda host, port: ["127.0.0.1"]))


def check(proof: Proof, web: Any, texts: TxtRecords) -> Finding:
    return proofs.check(proof, client=web, texts=texts)[-1]


def by_method(proof: Proof, web: Any, texts: TxtRecords) -> dict[str, Finding]:
    return {finding.method: finding for finding in proofs.check(proof, client=web, texts=texts)}


def test_a_file_below_the_sites_own_path_proves_it_over_real_sockets(
    hub: Flask, moodle: MoodleSite, client: GuardedClient, texts: TxtRecords
) -> None:
    site = make_site(url=f"http://school.example:{moodle.port}/moodle/")
    proof = proofs.challenge_for(site)
    assert proof.file_url.startswith(f"http://school.example:{moodle.port}/moodle/.well-known/")
    assert check(proof, client, texts).found is False
    moodle.pages[f"/moodle/.well-known/moodle-hub-{proof.name}.txt"] = f"{proof.file_content}\r\n".encode()
    assert check(proof, client, texts) == Finding(Method.FILE, True, proof.file_url, "The file is there.")


def test_a_tag_on_the_front_page_proves_it_over_real_sockets(
    hub: Flask, moodle: MoodleSite, client: GuardedClient, texts: TxtRecords
) -> None:
    proof = proofs.challenge_for(make_site(url=f"http://school.example:{moodle.port}"))
    moodle.pages["/"] = f"<html><head><title>Us</title>{proof.meta_tag}</head><body>x</body></html>".encode()
    found = check(proof, client, texts)
    assert (found.method, found.found) == (Method.META, True)


def test_a_record_in_the_dns_proves_a_whole_host(hub: Flask, names: NameServer, texts: TxtRecords) -> None:
    proof = proofs.challenge_for(make_site(url="https://school.example"))
    assert proof.txt_name == "_moodle-hub.school.example"
    names.records[proof.txt_name] = ["v=spf1 -all", "x" * 900, proof.txt_value]
    found = check(proof, FakeWeb(), texts)
    assert (found.method, found.found) == (Method.TXT, True)
    assert names.asked == [proof.txt_name]


SHARED = (
    "https://school.example/moodle",
    "https://school.example:8443",
    "http://192.0.2.7",
    "http://[2001:db8::7]",
    "http://localhost",
)


def test_the_dns_does_not_speak_for_one_site_among_others_nor_for_an_address(
    hub: Flask, names: NameServer, texts: TxtRecords
) -> None:
    challenges = [proofs.challenge_for(make_site(url=url)) for url in SHARED]
    assert [proof.txt_name for proof in challenges] == [""] * len(SHARED)
    findings = [by_method(proof, FakeWeb(), texts)["txt"] for proof in challenges]
    assert [(finding.found, bool(finding.cure)) for finding in findings] == [(False, True)] * len(SHARED)
    assert names.asked == []


def test_a_file_of_another_site_on_the_same_host_proves_nothing(hub: Flask, texts: TxtRecords) -> None:
    proof = proofs.challenge_for(make_site(url="https://shared.example/ada"))
    name = proof.file_url.rpartition("/")[2]
    web = FakeWeb(
        {
            f"https://shared.example/.well-known/{name}": proof.file_content.encode(),
            f"https://shared.example/mallory/.well-known/{name}": proof.file_content.encode(),
            "https://shared.example": proof.meta_tag.encode(),
        }
    )
    assert check(proof, web, texts).found is False


MENTIONS = (b"", b"moodle-hub-proof=", b"<p>{}</p>", b"{} and more", b"\xff\xfe{}", b"{}\n{}", b"moodle-hub-proof={}")


def test_a_page_that_only_mentions_the_token_proves_nothing(hub: Flask, texts: TxtRecords) -> None:
    proof = proofs.challenge_for(make_site(url="https://school.example"))
    line = proof.file_content.encode()
    found = [check(proof, FakeWeb({proof.file_url: content.replace(b"{}", line)}), texts).found for content in MENTIONS]
    assert found == [False] * len(MENTIONS)
    assert check(proof, FakeWeb({proof.file_url: line}), texts).found


@pytest.mark.parametrize(
    ("location", "counts"),
    [
        ("http://mallory.example:{port}/.well-known/{name}", False),
        ("/uploads/{name}", False),
        ("/.well-known/{name}?x=1", False),
    ],
)
def test_a_redirect_to_where_others_write_proves_nothing(
    hub: Flask, moodle: MoodleSite, client: GuardedClient, texts: TxtRecords, location: str, counts: bool
) -> None:
    proof = proofs.challenge_for(make_site(url=f"http://school.example:{moodle.port}"))
    name = proof.file_url.rpartition("/")[2]
    path = f"/.well-known/{name}"
    moodle.redirects[path] = location.format(port=moodle.port, name=name)
    for there in (path, f"/uploads/{name}"):
        moodle.pages[there] = proof.file_content.encode()
    assert check(proof, client, texts).found is counts


def test_a_redirect_from_http_to_https_on_the_same_host_counts_and_the_reverse_does_not(
    hub: Flask, texts: TxtRecords
) -> None:
    assert proofs._same_place("https://school.example/x.txt", "http://school.example/x.txt")
    assert not proofs._same_place("http://school.example/x.txt", "https://school.example/x.txt")
    assert proofs._below("https://school.example/moodle/login/index.php?a=1", "https://school.example/moodle")
    assert not proofs._below("https://school.example/moodles/", "https://school.example/moodle")


@pytest.mark.parametrize(
    "page",
    [
        "<html><head></head><body>{}</body></html>",
        "<html><head><title>{}</title></head></html>",
        "<html><head><script>var x = '{}'</script></head></html>",
        "<html><head><style>{}</style></head></html>",
        "<html><head><noscript>{}</noscript></head></html>",
        "<html><head><template>{}</template></head></html>",
        "<html><head><!-- {} --></head></html>",
        "<html><head><p>{}</p></head></html>",
        "<html><head>A post by Mallory {}</head></html>",
        "<html><body>{}</body><head>{}</head></html>",
        "{}</head>"[::-1],
        "<html><head>" + " " * LONGEST_HEAD + "{}</head></html>",
    ],
)
def test_a_tag_that_users_of_the_site_could_have_written_proves_nothing(page: str) -> None:
    assert meta_contents(page.replace("{}", '<meta name="moodle-hub-proof" content="abc">'), "moodle-hub-proof") == []


@pytest.mark.parametrize(
    "page",
    [
        '<html><head><META CONTENT="abc" NAME="moodle-hub-proof"/></head>',
        '<head><link rel="x"><script>if (1 < 2) {"</p>"}</script><meta name=moodle-hub-proof content=abc>',
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>A <meta> title</title><meta charset="utf-8">\n'
        "<meta name='moodle-hub-proof' content=' abc '>",
    ],
)
def test_a_tag_in_the_head_is_found_however_it_is_written(page: str) -> None:
    assert meta_contents(page, "moodle-hub-proof") == ["abc"]


@pytest.mark.parametrize(
    "page",
    ["<" * 2_000_000, "<!--" * 500_000, "<meta " * 300_000, "<![CDATA[" * 200_000, "<a" * 900_000, "&#" * 900_000],
)
def test_a_hostile_front_page_is_read_to_its_end_and_proves_nothing(page: str) -> None:
    assert meta_contents(page, "moodle-hub-proof") == []


def nobody(_query: dns.message.Message) -> None:
    return None


def refusing(query: dns.message.Message) -> dns.message.Message:
    answer = dns.message.make_response(query)
    answer.set_rcode(dns.rcode.SERVFAIL)
    return answer


def about_another_name(query: dns.message.Message) -> dns.message.Message:
    answer = dns.message.make_response(query)
    answer.answer.append(dns.rrset.from_text("_moodle-hub.mallory.example.", 60, "IN", "TXT", '"the value"'))
    return answer


def nonsense(_query: dns.message.Message) -> bytes:
    return b"\x00\x01 this is not DNS"


@pytest.mark.parametrize(
    ("play", "expected"),
    [
        (nobody, TooSlow),
        (refusing, AnswerUnreadable),
        (about_another_name, ()),
        (nonsense, OutgoingError),
    ],
)
def test_hostile_answers_of_the_dns_prove_nothing(
    names: NameServer, texts: TxtRecords, play: Any, expected: Any
) -> None:
    names.play = play
    if expected == ():
        assert texts.of("_moodle-hub.school.example", 0.3) == ()
    else:
        with pytest.raises(expected):
            texts.of("_moodle-hub.school.example", 0.3)


def test_a_name_that_only_points_elsewhere_proves_nothing(names: NameServer, texts: TxtRecords) -> None:
    names.aliases["_moodle-hub.school.example"] = "_moodle-hub.mallory.example"
    names.records["_moodle-hub.mallory.example"] = ["the value"]
    assert texts.of("_moodle-hub.mallory.example", 2) == ("the value",)
    assert texts.of("_moodle-hub.school.example", 2) == ()


def test_what_stands_in_the_dns_is_asked_for_under_the_name_that_browsers_use(hub: Flask) -> None:
    proof = proofs.challenge_for(make_site(url="https://schöne-schule.example"))
    assert proof.txt_name == "_moodle-hub.xn--schne-schule-6ib.example"


def test_the_challenge_of_a_site_ends_and_is_useless_for_its_next_secret(hub: Flask, texts: TxtRecords) -> None:
    site = make_site(url="https://school.example")
    with clock.fixed(START):
        first = proofs.challenge_for(site)
        other = proofs.challenge_for(make_site(url="https://other.example"))
    web = FakeWeb({first.file_url: first.file_content.encode()})
    with clock.fixed(START + timedelta(days=29)):
        assert check(proofs.challenge_for(site), web, texts).found
    with clock.fixed(START + timedelta(days=61)):
        assert not check(proofs.challenge_for(site), web, texts).found
    with clock.fixed(START):
        site.secret_hash = "0" * 64
        assert proofs.challenge_for(site).token not in (first.token, other.token)


@pytest.fixture
def world(hub: Flask, probe: object, texts: TxtRecords) -> FakeWeb:
    web = FakeWeb()
    hub.extensions |= {"outgoing": web, "hub_txt_records": texts}
    return web


def test_the_contact_proves_the_address_and_trust_shows_what_it_rests_on(world: FakeWeb, visitor: FlaskClient) -> None:
    register(visitor, url="https://school.example", contactemail="ada@school.example")
    page = visitor.get(link_in(mails("site-welcome")[0])).text
    link = next(each for each in page.split('"') if each.startswith("/registration/proof")).replace("&amp;", "&")
    shown = visitor.get(link).text
    placing = Placing.read(shown)
    assert submit(visitor, forms(shown)[0]).status_code == 422
    world.pages["https://school.example"] = placing.front_page()
    done = submit(visitor, forms(shown)[0])
    assert (done.status_code, visitor.get(done.headers["Location"]).status_code) == (303, 200)
    site = db.session.query(Site).one()
    assert moderation.proof(site) == "meta"
    moderation.trust(site, by=COMMAND)  # needs no reason: it is proved
    site.secret_hash = "0" * 64
    assert moderation.proof(site) is None


def test_what_the_hub_saw_stands_beside_each_place_with_what_to_do(world: FakeWeb, visitor: FlaskClient) -> None:
    register(visitor, url="https://school.example")
    response = visitor.get(query(url="https://school.example", token="a fresh secret"))
    link = next(each for each in response.text.split('"') if each.startswith("/registration/proof"))
    shown = visitor.get(link.replace("&amp;", "&")).text
    answer = submit(visitor, forms(shown)[0])
    assert answer.status_code == 422
    for words in ("status 404 instead of the file", "There is no record", "front page answers with status 404"):
        assert words in answer.text
    assert "Additional HTML" in answer.text


@pytest.mark.parametrize(
    "changed", [{"token": "0" * 64}, {"id": "99"}, {"id": "x"}, {"concerns": "move"}, {"concerns": "all"}]
)
def test_a_guessed_address_of_the_page_opens_nothing(
    world: FakeWeb, visitor: FlaskClient, changed: dict[str, str]
) -> None:
    register(visitor, url="https://school.example")
    response = visitor.get(query(url="https://school.example", token="a fresh secret"))
    link = next(each for each in response.text.split('"') if each.startswith("/registration/proof"))
    form = forms(visitor.get(link.replace("&amp;", "&")).text)[0]
    assert submit(visitor, form | changed).status_code in (403, 404)
    assert world.asked == []


def test_looking_is_limited_by_address(world: FakeWeb, visitor: FlaskClient, rate_limits: None) -> None:
    register(visitor, url="https://school.example")
    response = visitor.get(query(url="https://school.example", token="a fresh secret"))
    link = next(each for each in response.text.split('"') if each.startswith("/registration/proof"))
    form = forms(visitor.get(link.replace("&amp;", "&")).text)[0]
    statuses = [submit(visitor, form).status_code for _ in range(32)]
    assert statuses[:30] == [422] * 30
    assert statuses[-1] == 429


def test_a_proof_for_what_changed_meanwhile_counts_for_nothing(world: FakeWeb, visitor: FlaskClient) -> None:
    register(visitor, url="https://school.example", name="The school")
    response = visitor.get(query(url="https://school.example", token="a fresh secret"))
    link = next(each for each in response.text.split('"') if each.startswith("/registration/proof"))
    shown = visitor.get(link.replace("&amp;", "&")).text
    world.pages[Placing.read(shown).file_url] = Placing.read(shown).file_content.encode()

    def meanwhile() -> None:
        db.session.rollback()
        site = db.session.query(Site).one()
        site.url, site.url_key = "https://school.example/elsewhere", "school.example/elsewhere"
        db.session.commit()

    world.meanwhile = meanwhile
    answer = submit(visitor, forms(shown)[0])
    assert answer.status_code == 404
    assert [site.live for site in db.session.query(Site)] == [True]


def test_two_proofs_are_never_the_same(hub: Flask) -> None:
    one, other = (proofs.challenge_for(make_site()) for _ in range(2))
    assert len({one.token, other.token, one.name, other.name}) == 4
    assert replace(one, token=other.token) != one
