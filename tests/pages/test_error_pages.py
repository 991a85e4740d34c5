"""Errors as people and programs see them: what happened, what to do next, in the hub's layout, nothing secret."""

from __future__ import annotations

import io
import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, abort
from jinja2 import BaseLoader, TemplateNotFound

from config import Config
from hub.errors import HubError
from hub.extensions import db, limiter
from tests.support.databases import Databases
from tests.support.pages import Answer, Visitor, counted_statements, visitor

SERVICES = "/local/hub/webservice/webservices.php"
CALL = {"wsfunction": "hub_get_info", "wstoken": "x", "moodlewsrestformat": "json"}
SECRET = "wstoken=0123456789abcdef"


class Broken(BaseLoader):
    """Templates that cannot be had."""

    def get_source(self, environment: Any, template: str) -> Any:
        raise TemplateNotFound(template)


@pytest.fixture
def served(open_hub: Flask) -> Flask:
    """The application as it is served: what breaks is answered and not handed to the test."""
    open_hub.testing = False

    @open_hub.get("/test/breaks")
    def breaks() -> str:
        raise ZeroDivisionError(f"a secret: {SECRET}")

    @open_hub.get("/test/<int:status>")
    def fails(status: int) -> str:
        abort(status)

    @open_hub.get("/api/test/family")
    def of_the_family() -> str:
        raise HubError("A sentence.")

    return open_hub


@pytest.fixture
def guest(served: Flask) -> Visitor:
    """Somebody at a browser."""
    return visitor(served)


TOLD = {
    400: ("The hub could not read this", "send it again"),
    403: ("Not allowed", "another account"),
    404: ("Not found", "search for a course"),
    405: ("Not possible this way", "Begin at the front page"),
    410: ("Gone", "has been withdrawn"),
    413: ("Too large", "a smaller file"),
    503: ("Not at the moment", "later"),
}


@pytest.mark.parametrize("status", TOLD)
def test_a_page_says_what_happened_and_what_to_do_next(guest: Visitor, status: int) -> None:
    answer = guest.get(f"/test/{status}", status)
    title, advice = TOLD[status]
    assert answer.page.xpath("//h1/text()") == [title]
    assert advice in answer.words
    assert answer.page.xpath("//main//a/@href") == ["/"]
    assert answer.page.xpath("boolean(//header//nav) and boolean(//footer)")
    assert answer.page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert bool(answer.page.xpath("//main//input[@name='search']")) == (status in (404, 410))


def test_a_page_that_is_larger_than_the_hub_takes_says_so(guest: Visitor) -> None:
    answer = guest.send("POST", "/login", data={"username": "x" * 2_000_000})
    assert (answer.status, answer.page.xpath("string(//h1)")) == (413, "Too large")


def test_a_form_without_its_token_says_that_it_has_expired(guest: Visitor) -> None:
    answer = guest.send("POST", "/login", data={"username": "x"})
    assert (answer.status, answer.page.xpath("string(//h1)")) == (400, "Please send the form again")
    assert "reload the page" in answer.words


@pytest.mark.usefixtures("rate_limits")
def test_who_asks_too_often_reads_when_to_come_back(guest: Visitor) -> None:
    limiter.reset()
    for _ in range(31):
        answer = guest.send("GET", "/local/hub/siteregistration.php?url=http://moodle.test")
    assert answer.status == 429
    seconds = int(answer.headers["Retry-After"])
    found = re.search(r"Come back in (\d+) minutes", answer.words)
    assert found
    assert int(found[1]) == -(-seconds // 60)
    assert answer.page.xpath("//h1/text()") == ["Too many requests"]


@pytest.mark.usefixtures("rate_limits")
def test_who_signs_in_too_often_reads_when_to_come_back(guest: Visitor) -> None:
    limiter.reset()
    token = guest.token()
    form = {"username": "x", "password": "y", "csrf_token": token}
    answers = [guest.send("POST", "/login", data=form) for _ in range(25)]
    assert answers[-1].status == 429
    assert re.search(r"Come back in \d+ (second|minute|hour)s?\.", answers[-1].words)
    assert int(answers[-1].headers["Retry-After"]) > 0


def number_on(answer: Answer) -> str:
    found = re.search(r"Number of this error, if you ask for help: ([0-9a-f]{8})", answer.words)
    assert found, answer.text
    return found[1]


def test_what_breaks_has_a_number_that_is_in_the_log_and_tells_nothing_else(
    guest: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    answer = guest.send("GET", "/test/breaks")
    assert (answer.status, answer.page.xpath("string(//h1)")) == (500, "Something broke")
    assert answer.headers["Content-Security-Policy"]
    (line,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert number_on(answer) in line.getMessage()
    assert line.exc_info
    for secret in (SECRET, "ZeroDivisionError", "Traceback", "/hub/"):
        assert secret not in answer.text


def test_the_page_of_last_resort_asks_neither_the_database_nor_a_template(guest: Visitor, served: Flask) -> None:
    served.jinja_env.loader = Broken()
    with counted_statements() as statements:
        answer = guest.send("GET", "/test/breaks")
    assert (answer.status, statements) == (500, [])
    unfound = guest.send("GET", "/nowhere")
    assert unfound.status == 500, "the page of 404 needs a template, and broke"
    assert number_on(unfound) != number_on(answer)
    loading = answer.page.xpath("//script/@src | //link/@href | //img/@src")
    for each in loading:
        with served.test_client().get(each) as loaded:
            assert loaded.status_code == 200


@pytest.fixture
def away(served: Flask, config: Config, databases: Databases) -> Iterator[None]:
    """The database is gone, while the hub runs on."""
    db.session.remove()
    db.engine.dispose()
    if config.database_url:
        databases.drop(config)
        yield
        databases.make_migrated(config)
    else:
        path = config.data_dir / "hub.sqlite"
        for each in (path, path.with_suffix(".sqlite-wal"), path.with_suffix(".sqlite-shm")):
            each.unlink(missing_ok=True)
        path.mkdir()
        yield
        path.rmdir()


def test_without_its_database_the_hub_says_so_on_every_page(
    away: None, served: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = served.test_client()
    for path in ("/", "/sites", "/imprint", "/courses/1"):
        answer = client.get(path)
        page = Answer(answer.status_code, None, answer.text)
        assert (page.status, answer.headers.get("Retry-After")) == (503, "30"), path
        assert page.page.xpath("string(//h1)") == "The hub cannot answer at the moment"
        assert number_on(page) in caplog.text
        assert "sqlite" not in answer.text.lower()
        assert "postgres" not in answer.text.lower()
    assert client.get("/healthz").status_code == 200


def test_without_its_database_the_hub_answers_machines_in_their_dialects(away: None, served: Flask) -> None:
    client = served.test_client()
    answer = client.post(SERVICES, data=CALL)
    assert answer.status_code == 200
    assert json.loads(answer.data)["errorcode"] == "generalexceptionmessage"
    fault = client.post(SERVICES, data=b"<methodCall><methodName>x</methodName></methodCall>", content_type="text/xml")
    assert (fault.status_code, "<fault>" in fault.text, "invalidtoken" in fault.text) == (200, True, False)
    download = client.get("/local/hub/webservice/download.php?filetype=backup&courseid=1")
    assert (download.status_code, download.data) == (503, b"")
    fields = {"filetype": "backup", "courseid": "1", "file": (io.BytesIO(b"x"), "b.mbz")}
    upload = client.post("/local/hub/webservice/upload.php", data=fields)
    assert (upload.status_code, upload.mimetype) == (503, "text/plain")


@pytest.mark.sqlite
def test_while_the_database_is_locked_the_hub_says_so_and_nothing_is_half_done(served: Flask, config: Config) -> None:
    guest = visitor(served)
    token = guest.token()
    sa.event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=50"))
    db.session.remove()
    db.engine.dispose()
    other = sqlite3.connect(config.data_dir / "hub.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = guest.send("POST", "/login", data={"username": "x", "password": "y", "csrf_token": token})
        assert (answer.status, guest.get("/about").status) == (503, 200)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert guest.send("POST", "/login", data={"username": "x", "password": "y", "csrf_token": token}).status == 403


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json", "*/*", ""])
def test_programs_get_problem_details(guest: Visitor, accept: str) -> None:
    answer = guest.send("GET", "/api/v1/nothing", headers={"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    told = json.loads(answer.text)
    assert (told["type"], told["title"], told["status"]) == ("about:blank", "Not found", 404)
    assert told["detail"].startswith("There is no page here.")


def test_a_browser_below_api_gets_a_page_and_an_error_of_the_family_tells_its_name(guest: Visitor) -> None:
    page = guest.send("GET", "/api/test/family", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.page.xpath("string(//main//code)") == "error"
    told = json.loads(guest.send("GET", "/api/test/family", headers={"Accept": "application/json"}).text)
    assert (told["detail"].split(".")[0], told["key"]) == ("A sentence", "error")
