"""Whole lives of real Moodles, replayed against a real hub over a socket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest

from tests.conformance.replay import BYTEWISE_REFERENCE, Recording, Reply
from tests.support.moodle import MoodleSite
from tests.support.server import Server

UMLAUTS = "Course share Ünïcode & it"


@pytest.fixture
def open_server(server: Server) -> Server:
    """A hub that sites may register with and everybody may search."""
    server.open_for_everybody()
    return server


@pytest.fixture
def moodle_28() -> Iterator[MoodleSite]:
    """The site of the 2.8.5 recording, at the address that it had."""
    site = MoodleSite("127.0.0.2", port=9128)
    yield site
    site.stop()


@pytest.fixture
def moodle_33() -> Iterator[MoodleSite]:
    """The site of the 3.3.1 recording, at the address that it had."""
    site = MoodleSite("127.0.0.2", port=9133)
    yield site
    site.stop()


@pytest.fixture
def moodle_45() -> Iterator[MoodleSite]:
    """The site of the 4.5.6 recording, at the address that it had."""
    site = MoodleSite("127.0.0.1", port=9145)
    yield site
    site.stop()


def register(recording: Recording, number: str, site: MoodleSite, server: Server) -> Reply:
    """Replay the registration; the site gets a token that it can keep."""
    reply = recording.send(number)
    assert reply.status in (302, 303), reply.body.decode(errors="replace")
    assert reply.headers["location"].startswith(f"{site.url}/admin/registration/confirmregistration.php?")
    assert set(reply.location) == {"newtoken", "url", "token", "hubname"}
    assert reply.location["url"] == server.url
    assert reply.location["newtoken"].isalnum()
    recording.token = reply.location["newtoken"]
    return reply


def show(server: Server, course_id: int) -> None:
    server.command("courses", "show", str(course_id), "--reason", "looked at")


def publish(recording: Recording, number: str) -> int:
    """Replay a publication; exactly one course number comes back."""
    (course_id,) = recording.send(number).value()  # type: ignore[misc]  # the wire's value is untyped
    recording.course_id = course_id
    return int(course_id)


def test_the_life_of_a_moodle_2_8_site(open_server: Server, moodle_28: MoodleSite) -> None:
    recording = Recording("moodle-2.8.5", open_server.port)
    register(recording, "05", moodle_28, open_server)
    assert recording.send("07").value()["name"] == "Moodle course hub"  # type: ignore[index]

    advertised = publish(recording, "09")
    assert recording.send("10").status == 200
    recording.send("12").value()
    shared = publish(recording, "14")
    assert shared != advertised
    assert recording.send("15").status == 200
    assert recording.send("16").status == 200

    status = recording.send("18").value()
    assert {each["id"]: each["privacy"] for each in status["courses"]} == {advertised: 0, shared: 0}  # type: ignore[index]
    assert recording.send("23").value() == {"courses": [], "coursetotal": 0}

    for course_id in (advertised, shared):
        show(open_server, course_id)
    (found,) = recording.send("23").value()["courses"]  # type: ignore[index]
    assert (found["id"], found["enrollable"], found["screenshots"]) == (advertised, True, 1)
    (found,) = recording.send("28").value()["courses"]  # type: ignore[index]
    backup = recording.part("16", "file")
    assert (found["id"], found["fullname"], found["backupsize"]) == (shared, UMLAUTS, len(backup))
    assert recording.send("33").value() == {"courses": [], "coursetotal": 0}  # nothing has all those filters

    download = recording.send("34")
    assert (download.status, hashlib.sha256(download.body).digest()) == (200, hashlib.sha256(backup).digest())

    assert recording.send("36").value() is True
    (site,) = open_server.json("sites", "list")
    assert (site["name"], site["state"]) == ("Real Moodle 2.8 & Söhne", "live")

    recording.send("38").value()
    assert recording.send("34").status == 404
    recording.send("40").value()
    assert recording.send("07").fault()[1].endswith("ERRORCODE: invalidtoken")
    assert recording.unsent() == {"01-register-system.methodSignature.request"}  # asks the directory, not a hub


def test_the_life_of_a_moodle_3_3_site(open_server: Server, moodle_33: MoodleSite) -> None:
    recording = Recording("moodle-3.3.1", open_server.port)
    register(recording, "03", moodle_33, open_server)
    recording.send("09").value()

    advertised = publish(recording, "10")
    assert recording.send("11").status == 200
    recording.send("12").value()
    assert publish(recording, "13") != advertised
    assert recording.send("14").status == 200
    recording.send("26").value()
    shared = publish(recording, "27")
    assert recording.send("28").status == 200
    assert recording.send("29").status == 200

    answer = recording.send("15")
    assert BYTEWISE_REFERENCE.search(answer.body), "this client reads text beyond ASCII byte by byte only"
    names = {each["fullname"] for each in answer.value()["courses"]}  # type: ignore[index]
    assert "Course advertise Ünïcode & it" in names
    assert len(recording.send("30").value()["courses"]) == 3  # type: ignore[index]

    for course_id in (advertised, shared):
        show(open_server, course_id)
    (found,) = recording.send("18").value()["courses"]  # type: ignore[index]
    assert found["id"] == advertised
    (found,) = recording.send("21").value()["courses"]  # type: ignore[index]
    backup = recording.part("29", "file")
    assert (found["id"], found["backupsize"]) == (shared, len(backup))
    assert recording.send("24").value() == {"courses": [], "coursetotal": 0}
    assert recording.send("25").body == backup

    assert recording.send("39").value() is True
    assert recording.send("40").value() is True
    recording.send("41").value()
    recording.send("42").value()
    assert recording.send("39").fault()[1].endswith("ERRORCODE: invalidtoken")
    assert recording.unsent() == set()


def test_the_life_of_a_moodle_4_5_site(open_server: Server, moodle_45: MoodleSite) -> None:
    recording = Recording("moodle-4.5.6", open_server.port)
    register(recording, "01", moodle_45, open_server)

    for number in ("02", "03"):
        assert json_of(recording.send(number)) is True
    assert json_of(recording.send("04")) is True
    for number in ("05", "06", "07"):
        assert json_of(recording.send(number)) is True
    assert json_of(recording.send("08")) in (True, 1)
    assert json_of(recording.send("02"))["errorcode"] == "invalidtoken"  # type: ignore[index]

    register(recording, "09", moodle_45, open_server)
    assert json_of(recording.send("10")) is True
    assert json_of(recording.send("11")) is True
    (site,) = [each for each in open_server.json("sites", "list") if each["state"] == "live"]
    assert site["url"] == moodle_45.url
    assert recording.unsent() == set()


def json_of(reply: Reply) -> object:
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    return json.loads(reply.body)


def test_a_site_that_plays_the_3_3_life_stores_no_broken_text(open_server: Server, moodle_33: MoodleSite) -> None:
    recording = Recording("moodle-3.3.1", open_server.port)
    register(recording, "03", moodle_33, open_server)
    course_id = publish(recording, "10")
    (course,) = [each for each in open_server.json("courses", "list") if each["id"] == course_id]
    assert course["fullname"] == "Course advertise Ünïcode & it"
