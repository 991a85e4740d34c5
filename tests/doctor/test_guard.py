"""The doctor within the limits of the guard: few questions, few bytes, nothing of strangers' texts passed on raw."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Network
from threading import Event, Thread

import pytest
import trustme

from hub.doctor import wording
from hub.doctor.examination import Doctor
from hub.doctor.findings import Report, Step, Verdict
from hub.doctor.patience import Patience
from hub.outgoing.addresses import Address
from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import HubBusy
from hub.outgoing.limits import Deadline, Limits
from hub.outgoing.places import Places
from hub.outgoing.proxy import Proxy
from hub.outgoing.resolving import Lookup
from hub.outgoing.targets import read_target
from hub.outgoing.visits import Visit
from tests.doctor.conftest import BRIEF
from tests.doctor.faulty import NAME, PAGE, World, own_certificate, presenting
from tests.outgoing.addresses import HOSTILE_NAMES, HOSTILE_URLS
from tests.outgoing.proxies import PUBLIC, internet
from tests.outgoing.servers import answer, says, serving

Doctors = Callable[[], Doctor]
MOODLE_TEST = {NAME: (PUBLIC,)}


def causes(report: Report) -> dict[str, str]:
    return {finding.step.value: finding.cause for finding in report.findings}


def patient(client: GuardedClient, **patience: float) -> Doctor:
    return Doctor(client, Patience(**{**BRIEF, **patience}))


# What is asked


def test_a_healthy_site_is_asked_three_questions_and_all_is_well(world: World, doctor: Doctors) -> None:
    url = world.serve(world.moodle())
    report = doctor().examine(url)
    assert (report.verdict, report.reachable) == (Verdict.GOOD, True)
    assert [request.split(b" ")[:2] for request in world.servers[0].requests] == [
        [b"HEAD", b"/"],
        [b"GET", b"/"],
        [b"GET", b"/admin/registration/index.php"],
    ]
    assert world.servers[0].sent("User-Agent") == ["HubBot/1.0"] * 3


def test_a_secure_site_of_the_networks_own_authority_is_good_by_the_bundle(world: World, doctor: Doctors) -> None:
    url = world.serve(world.moodle(), tls=presenting(world.authority.issue_cert(NAME)))
    tls = next(finding for finding in doctor().examine(url).findings if finding.step is Step.TLS)
    assert (tls.cause, tls.values["names"], tls.values["version"]) == ("tls", NAME, "TLSv1.3")
    assert int(tls.values["days"]) > 300


def test_a_certificate_that_is_not_believed_gets_a_handshake_and_no_question(world: World, doctor: Doctors) -> None:
    url = world.serve(world.moodle(), tls=presenting(trustme.CA().issue_cert(NAME)))
    report = doctor().examine(url)
    assert causes(report)["tls"] == "tls-unknownca"
    assert "HUB_CA_BUNDLE" in wording.cure(report.first)
    assert world.received == 0


def test_a_self_signed_site_is_told_that_it_cannot_register_and_whom_to_ask(world: World, doctor: Doctors) -> None:
    context = presenting(world.authority.issue_cert(NAME))
    context.load_cert_chain(own_certificate(world.folder))
    report = doctor().examine(world.serve(world.moodle(), tls=context))
    assert (report.reachable, causes(report)["tls"]) == (False, "tls-selfsigned")
    assert "cannot register" in wording.sentence(report.first)


def test_of_an_old_moodle_the_release_is_said(world: World, doctor: Doctors) -> None:
    old = b"<meta name='x'><meta name=\"keywords\" content=\"moodle, x\"><a href='http://docs.moodle.org/33/en/x'>"
    report = doctor().examine(world.serve(world.moodle(page=old)))
    found = next(finding for finding in report.findings if finding.step is Step.MOODLE)
    assert (found.cause, found.values) == ("moodle-release", {"release": "3.3"})


def test_a_site_that_shows_itself_at_the_sign_in_page_only_is_found_there(world: World, doctor: Doctors) -> None:
    def speak(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ")[1]
        connection.sendall(answer(200, PAGE.replace(b"%s", b"") if path.startswith(b"/login") else b"<html></html>"))

    report = doctor().examine(world.serve(speak))
    assert causes(report)["moodle"] == "moodle"


def test_a_head_that_is_refused_is_fine(world: World, doctor: Doctors) -> None:
    healthy = world.moodle()

    def speak(connection: socket.socket, request: bytes) -> None:
        (says(answer(405)) if request.startswith(b"HEAD") else healthy)(connection, request)

    report = doctor().examine(world.serve(speak))
    assert (report.verdict, causes(report)["head"]) == (Verdict.GOOD, "head-refused")


# Where the doctor does not go


def test_no_hostile_address_is_visited_and_each_gets_the_same_sentence() -> None:
    with internet(says(answer())) as world:
        reports = [patient(world.client(HOSTILE_NAMES)).examine(url).for_everybody() for url in HOSTILE_URLS]
    assert world.visited == []
    assert not any(report.reachable for report in reports)
    network = {each.cause for report in reports for each in report.findings if each.step is not Step.URL}
    assert network == {"noanswer"}


def test_a_listed_network_is_visited_and_its_neighbour_is_not(world: World, doctor: Doctors) -> None:
    world.allowed = (IPv4Network("127.0.0.1/32"),)
    url = world.serve(world.moodle())
    assert doctor().examine(url).verdict is Verdict.GOOD
    world.names[NAME] = ("127.0.0.2",)
    assert causes(doctor().examine(url))["name"] == "address-refused"
    world.names[NAME] = ("127.0.0.1", "::1")
    assert causes(doctor().examine(url))["name"] == "address-refused"


def test_ports_behind_which_no_web_server_speaks_are_not_opened() -> None:
    with internet(says(answer())) as world:
        reports = [patient(world.client()).examine(f"http://{NAME}:{port}/") for port in (22, 25, 3306, 6379)]
    assert {report.first.cause for report in reports} == {"url-port"}
    assert world.visited == []


def test_whoever_counts_may_keep_the_doctor_from_connecting() -> None:
    def full(addresses: tuple[Address, ...]) -> None:
        raise HubBusy

    with internet(says(answer())) as world:
        with pytest.raises(HubBusy):
            patient(world.client()).examine(f"http://{NAME}/", full)
        assert world.visited == []


# What is told


def test_causes_are_told_of_public_sites() -> None:
    with internet(says(answer(500, b"<secret body>", server="Apache\t2"))) as world:
        report = patient(world.client()).examine(f"http://{NAME}/").for_everybody()
    assert (report.first.cause, report.first.values["server"]) == ("servererror", "Apache 2")
    assert "secret body" not in str(report.stored())


def test_a_public_site_that_redirects_inward_learns_only_that_there_was_no_answer() -> None:
    told = set()
    for inner in ("http://10.0.0.1/", "http://unknown.test/", "http://127.0.0.1:1/"):
        with internet(says(answer(302, location=inner))) as world:
            names = {**MOODLE_TEST, "unknown.test": ()}
            report = patient(world.client(names)).examine(f"http://{NAME}/")
        everybody = report.for_everybody().first
        told.add((everybody.cause, everybody.why))
        assert inner in wording.sentence(everybody)
    assert told == {("astray", "noanswer")}
    assert report.first.why == "address-refused"


def test_a_redirect_to_an_unusual_port_of_another_host_is_not_explained() -> None:
    with internet(says(answer(302, location="http://elsewhere.test:8222/"), b"SSH-2.0\r\n\r\n")) as world:
        report = patient(world.client()).examine(f"http://{NAME}/")
    assert report.for_everybody().findings[-1].cause == "noanswer"


def test_texts_of_strangers_are_cleaned_and_cut() -> None:
    nasty = "<script>alert(1)</script>\x1b[31m" + "x" * 5000
    with internet(says(answer(302, location="/" + "y" * 5000, server=nasty), answer(200, server=nasty))) as world:
        report = patient(world.client()).examine(f"http://{NAME}/")
    values = [text for finding in report.findings for text in finding.values.values()]
    assert max(map(len, values)) < 600
    assert all(text.isprintable() for text in values)


# Limits


def test_an_examination_ends_when_its_time_is_used_up(world: World) -> None:
    enough = Event()

    def speak(_connection: socket.socket, _request: bytes) -> None:
        enough.wait(20)

    url = world.serve(speak)
    doctor = patient(GuardedClient(allowed=True, lookup=Lookup(world.resolve)), whole=0.5, head=20, get=20)
    report = doctor.examine(url)
    enough.set()
    assert (report.verdict, world.received <= 2) == (Verdict.BAD, True)


def test_few_examinations_run_at_a_time_and_the_others_are_told_to_come_back(world: World) -> None:
    arrived, enough = Event(), Event()

    def speak(connection: socket.socket, _request: bytes) -> None:
        arrived.set()
        enough.wait(20)
        connection.sendall(answer())

    url = world.serve(speak)
    doctor = patient(GuardedClient(allowed=True, lookup=Lookup(world.resolve)), head=20)
    doctor.places = Places(at_once=1, longest_wait=0.1)
    first = Thread(target=partial(doctor.examine, url))
    first.start()
    assert arrived.wait(20)
    with pytest.raises(HubBusy, match="try again"):
        doctor.examine(url)
    enough.set()
    first.join()


def test_a_visit_takes_a_place_of_the_client() -> None:
    places = Places(at_once=1, longest_wait=0.05)
    client = GuardedClient(allowed=True, places=places)
    deadline = Deadline(5)
    with serving(says(answer())) as server:
        visit = Visit(client, read_target(server.url), Limits(), deadline)
        with places.one(deadline), pytest.raises(HubBusy):
            visit.connect(4)
        visit.connect(4)


# The operator's proxy


@pytest.mark.parametrize(
    ("reply", "cause", "status"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "proxy-refused", "503"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "proxy-refused", "403"),
        (b"nonsense\r\n\r\n", "proxy-refused", "–"),
    ],
)
def test_what_the_proxy_answered_is_said(reply: bytes, cause: str, status: str) -> None:
    with internet(says(answer()), reply=reply) as world:
        report = patient(world.client()).examine(f"http://{NAME}/").for_everybody()
    assert (report.first.step, report.first.cause, report.first.values["status"]) == (Step.PROXY, cause, status)
    assert causes(report)["ipv4"] == "behind-proxy"


def test_a_proxy_that_is_away_is_no_fault_of_the_site() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy("127.0.0.1", listener.getsockname()[1])
    report = patient(GuardedClient(proxy=proxy)).examine(f"http://{PUBLIC}/")
    assert report.first.cause == "proxy-away"
    assert "HUB_OUTGOING_PROXY" in wording.cure(report.first)


def test_a_proxy_that_connects_is_mentioned_and_a_kind_of_address_it_lacks_is_not_held_against_the_site() -> None:
    def without_ipv6(connection: socket.socket, request: bytes) -> None:
        refused = request.startswith(b"CONNECT [")
        connection.sendall(b"HTTP/1.1 502 No route\r\n\r\n" if refused else b"HTTP/1.1 200 OK\r\n\r\n")

    with serving(without_ipv6) as server:
        names = {NAME: ("2606:2800::1", PUBLIC)}
        lookup = Lookup(lambda host, _port: names.get(host, (host,)))
        client = GuardedClient(proxy=Proxy("127.0.0.1", server.port), lookup=lookup)
        found = causes(patient(client, head=0.2, get=0.2).examine(f"http://{NAME}/"))
    assert (found["proxy"], found["ipv4"], found["ipv6"]) == ("proxy", "connected", "hub-without-ipv6")
