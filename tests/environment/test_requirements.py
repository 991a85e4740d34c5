"""What a hub needs around it is examined, told in words with a cure, and told to nobody else."""

from __future__ import annotations

import dataclasses
import io
import json
import smtplib
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import people, setup
from hub.database import transaction
from hub.environment import process, requirements
from hub.environment.requirements import Finding, Verdict
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail import examining
from hub.mail import jobs as mail_jobs
from hub.mail.models import OutgoingMail
from tests.support.pages import PASSWORD, Visitor, visitor
from tests.support.server import free_port
from tests.support.smtp import MailServer

EVERYTHING = {
    "python",
    "database",
    "migrations",
    "data folder",
    "storage",
    "queue",
    "secret key",
    "address",
    "proxies",
    "clock",
    "outgoing",
    "mail",
}


@pytest.fixture
def mailing(app: Flask, mail_server: MailServer) -> MailServer:
    """The hub sends through this server."""
    _use(app, mail_server.port)
    return mail_server


def _use(app: Flask, port: int) -> None:
    app.extensions["mail"].server, app.extensions["mail"].port = "127.0.0.1", port
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)


def configured(app: Flask, **values: Any) -> None:
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], **values)


def found(key: str) -> Finding:
    """What is found about one thing; the others are not asked."""
    return requirements._examined(requirements._requirements[key])


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["check", *arguments])


def test_everything_is_examined_and_a_sound_hub_passes(app: Flask, mailing: MailServer) -> None:
    app.config["SECRET_KEY"] = "a secret key that is long enough to sign with"
    result = run(app, "--json")
    rows = {row["check"]: row for row in json.loads(result.output)}
    assert set(rows) == EVERYTHING
    assert [row for row in rows.values() if row["verdict"] == "failed"] == []
    assert result.exit_code == 0
    assert mailing.messages == []


def test_the_command_sends_a_test_mail_when_told_to(app: Flask, mailing: MailServer) -> None:
    rows = json.loads(run(app, "--json", "--test-mail", "ada@hub.test").output)
    assert rows[-1]["verdict"] == "good"
    mailing.answers = ["550 nobody of this name"]
    rows = json.loads(run(app, "--json", "--test-mail", "bob@hub.test").output)
    assert rows[-1]["found"] == "550 nobody of this name"
    assert [message["To"] for message in mailing.messages] == ["ada@hub.test"]


def test_what_fails_is_said_with_its_cure_and_a_status(app: Flask) -> None:
    _use(app, free_port())
    result = run(app)
    assert result.exit_code == 1
    assert "FAIL  Mail server: 127.0.0.1:" in result.output
    assert "Check HUB_MAIL_SERVER" in result.output


def test_an_examination_that_breaks_is_itself_what_was_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Finding:
        raise ZeroDivisionError("by zero")

    monkeypatch.setitem(requirements._requirements, "clock", requirements.Requirement("clock", "Clock", broken, 0))
    assert "ZeroDivisionError: by zero" in found("clock").found
    assert found("python").verdict is Verdict.GOOD


def test_a_data_folder_that_cannot_be_written_fails(app: Flask, tmp_path: Path) -> None:
    app.config["DATA_FOLDER"] = tmp_path / "nowhere"
    assert found("data folder").verdict is Verdict.FAILED


@pytest.mark.parametrize(("name", "verdict"), [("SPACE_NEEDED", "failed"), ("SPACE_WANTED", "doubtful")])
def test_too_little_room_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch, name: str, verdict: str) -> None:
    monkeypatch.setattr(process, name, 2**60)
    assert found("data folder").verdict == verdict


def test_tables_of_another_version_fail(app: Flask) -> None:
    with transaction(db.session):
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert found("migrations").cure.endswith("Run: hub upgrade")


def test_a_key_that_is_short_or_open_to_others_fails(app: Flask) -> None:
    assert "fewer than 32" in found("secret key").found
    app.config["SECRET_KEY"] = "x" * 64
    configured(app, secret_key=None)
    kept = app.config["DATA_FOLDER"] / "secret_key"
    kept.write_text("x" * 64)
    for mode, verdict in ((0o644, Verdict.FAILED), (0o600, Verdict.GOOD)):
        kept.chmod(mode)
        assert found("secret key").verdict is verdict


@pytest.mark.parametrize(
    ("url", "opened", "verdict"),
    [
        ("https://hub.test", "https://hub.test", "good"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "good"),
        ("http://hub.test", "http://hub.test", "doubtful"),
        ("https://hub.test", "http://hub.test", "failed"),
        ("https://hub.test", "https://other.test", "failed"),
    ],
)
def test_the_address_is_compared_with_the_one_in_use(app: Flask, url: str, opened: str, verdict: str) -> None:
    app.config["HUB_URL"] = url
    with app.test_request_context("/setup", base_url=opened):
        assert found("address").verdict == verdict


def test_a_proxy_that_nobody_named_is_told(app: Flask) -> None:
    with app.test_request_context(headers={"X-Forwarded-For": "192.0.2.1"}):
        assert "HUB_TRUSTED_PROXIES" in found("proxies").cure
    with app.test_request_context():
        assert found("proxies").verdict is Verdict.GOOD


def test_a_clock_of_the_past_fails(app: Flask) -> None:
    with clock.fixed(datetime(2001, 1, 1, tzinfo=UTC)):
        assert found("clock").verdict is Verdict.FAILED


class Forgetful:
    """A storage that gives back something else."""

    def put(self, key: str, source: BinaryIO) -> None:
        """Takes anything."""

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(b"something else")

    def delete(self, key: str) -> None:
        """Nothing is there."""


def test_a_storage_that_changes_files_or_refuses_them_fails(app: Flask) -> None:
    app.extensions["hub_storage"] = Forgetful()
    assert "other than it was stored" in found("storage").found
    app.extensions["hub_storage"] = None
    assert "HUB_STORAGE_URL" in found("storage").cure


def test_a_queue_that_is_away_fails(app: Flask) -> None:
    configured(app, queue_url=f"redis://127.0.0.1:{free_port()}")
    assert "HUB_QUEUE_URL" in found("queue").cure


def test_authorities_and_proxies_that_are_not_there_fail(app: Flask) -> None:
    configured(app, ca_bundle="/nowhere.pem")
    assert "HUB_CA_BUNDLE" in found("outgoing").found
    configured(app, ca_bundle=None, outgoing_proxy=f"http://127.0.0.1:{free_port()}")
    assert "HUB_OUTGOING_PROXY" in found("outgoing").cure
    configured(app, outgoing_proxy=None, allow_private_sites=True)
    assert found("outgoing").verdict is Verdict.DOUBTFUL


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), "HUB_MAIL_PASSWORD"),
        (smtplib.SMTPNotSupportedError("STARTTLS"), "HUB_MAIL_USE_TLS"),
        (ssl.SSLError("wrong name"), "HUB_CA_BUNDLE"),
        (socket.gaierror(-2, "unknown"), "There is no such name"),
        (ConnectionRefusedError(111, "refused"), "HUB_MAIL_PORT"),
    ],
)
def test_each_trouble_with_the_mail_server_has_its_cure(app: Flask, problem: Exception, words: str) -> None:
    assert words in examining.judged(problem).cure


# -- who is told


def test_no_stranger_learns_anything_about_the_machine(app: Flask, mailing: MailServer) -> None:
    folder = str(app.config["DATA_FOLDER"])
    browser = visitor(app)
    for path in ("/setup", "/setup?code=WRONG"):
        answer = browser.get(path)
        assert folder not in answer.text
        assert "Python" not in answer.words
    answer = browser.post("/setup/mail", status=403, code="WRONG", email="ada@hub.test")
    assert folder not in answer.text
    assert mailing.messages == []
    assert folder in browser.get(f"/setup?code={setup.code()}").text
    with transaction(db.session):
        code = setup.code()
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    browser.get(f"/setup?code={code}", status=302)


def fields() -> dict[str, str]:
    return {"code": str(setup.code()), "username": "ada", "email": "ada@hub.test", "name": "Hub of the north"}


def test_at_the_first_run_a_test_mail_goes_out_at_once_and_what_was_typed_stays(
    app: Flask, mailing: MailServer
) -> None:
    answer = visitor(app).post("/setup/mail", status=200, **fields())
    assert "took the test mail for ada@hub.test" in answer.words
    assert [message["To"] for message in mailing.messages] == ["ada@hub.test"]
    assert answer.page.xpath("string(//input[@name='name']/@value)") == "Hub of the north"
    assert not people.anybody()


def test_what_the_mail_server_answered_is_shown_and_the_mail_is_not_tried_again(
    app: Flask, mailing: MailServer
) -> None:
    mailing.answers = ["550 nobody of this name"]
    answer = visitor(app).post("/setup/mail", status=200, **fields())
    assert "550 nobody of this name" in answer.words
    [mail] = db.session.scalars(sa.select(OutgoingMail))
    assert (mail.next_attempt_at, mail.attempt_count) == (None, 1)


def test_no_transaction_is_open_while_the_test_mail_is_sent(app: Flask, mailing: MailServer) -> None:
    mailing.before_answer = lambda: _write_from_elsewhere(app)
    assert mail_jobs.tried("ada@hub.test", by=COMMAND).problem == ""


def _write_from_elsewhere(app: Flask) -> None:
    with app.app_context(), transaction(db.session):
        db.session.add(_mail())


def _mail() -> OutgoingMail:
    now = clock.now()
    return OutgoingMail(
        name="x", message_id="<x@y>", recipient="a@b.test", subject="x", body="x", queued_at=now, next_attempt_at=None
    )


def test_test_mails_are_limited(
    app: Flask, mailing: MailServer, rate_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements, "_requirements", {})  # what each page would ask anew
    browser = visitor(app)
    for _ in range(10):
        browser.post("/setup/mail", status=200, **fields())
    browser.post("/setup/mail", status=429, **fields())


@pytest.fixture
def administrator(app: Flask) -> Visitor:
    """An administrator, signed in."""
    with transaction(db.session):
        people.create("ada", "ada@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    return visitor(app).sign_in("ada")


def test_the_room_shows_what_is_found_and_sends_a_mail_to_whoever_asks(
    app: Flask, administrator: Visitor, mailing: MailServer
) -> None:
    assert str(app.config["DATA_FOLDER"]) in administrator.get("/admin/environment").text
    answer = administrator.post("/admin/environment/mail", status=200)
    assert "took the test mail for ada@hub.test" in answer.words
    kinds = list(db.session.scalars(sa.select(EventRow.kind).order_by(EventRow.id)))
    assert kinds.count("mail tested") == 1
