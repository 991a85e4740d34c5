"""``hub serve`` as an operator meets it: starts, stops, dies, starts again, and takes what real clients send."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import trustme
from flask import Flask
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Request

from config import Config
from hub import clock
from hub.bodies import CompleteBodies
from hub.database import transaction
from hub.extensions import db
from hub.mail.models import OutgoingMail
from tests.support.databases import Databases
from tests.support.server import HUB, Server, free_port
from tests.support.smtp import MailServer


def queue_mail(number: int) -> str:
    mail = OutgoingMail(
        name="news",
        message_id=f"<{number}@hub.test>",
        recipient="ann@example.org",
        subject=f"News {number}",
        body="Hello\n",
        queued_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    with transaction(db.session):
        db.session.add(mail)
    return mail.message_id


def get(server: Server, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def children(server: Server) -> list[int]:
    assert server.process is not None
    listed = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    return [int(pid) for path in listed for pid in path.read_text().split()]


def test_an_empty_database_is_migrated_and_the_first_run_page_announced(
    stopped_server: Server, config: Config, databases: Databases
) -> None:
    databases.make_empty(config)
    stopped_server.start()
    assert "The database was upgraded in" in stopped_server.log
    assert "The background worker runs along." in stopped_server.log
    (address,) = [word for word in stopped_server.log.split() if "/setup?code=" in word]
    assert get(stopped_server, address.removeprefix(stopped_server.url)).status == 200


def test_a_second_start_says_that_nothing_is_left_to_do(server: Server) -> None:
    server.stop()
    server.start()
    assert server.log.count("The database is up to date.") == 2


def test_upgrade_fills_an_empty_database_and_two_at_once_do_no_harm(
    stopped_server: Server, config: Config, databases: Databases
) -> None:
    databases.make_empty(config)
    environment = stopped_server.environment
    both = [subprocess.Popen([HUB, "upgrade"], env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(each.communicate(timeout=60)[0] for each in both)
    assert [each.returncode for each in both] == [0, 0]
    assert said[0] == "The database is up to date.\n"
    assert said[1].startswith("The database was upgraded in ")


def test_a_command_on_an_empty_database_says_what_to_do(
    stopped_server: Server, config: Config, databases: Databases
) -> None:
    databases.make_empty(config)
    done = stopped_server.command("settings", "list", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert "hub upgrade" in done.stderr


def test_a_port_that_is_taken_is_named(server: Server, tmp_path: Path) -> None:
    second = Server(tmp_path / "second", port=server.port)
    done = second.command("serve", "--port", str(server.port), check=False)
    assert done.returncode == 1
    assert f"port {server.port}" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_server_processes_and_worker_end_with_hub_serve(server: Server, how: signal.Signals) -> None:
    assert server.process is not None
    family = children(server)
    assert len(family) == 2
    server.process.send_signal(how)
    server.process.wait(30)
    until = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/stat").exists() and _runs(pid) for pid in family) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in family if _runs(pid)] == []


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_worker_that_died_is_started_again(server: Server, app: Flask, mail_server: MailServer) -> None:
    for pid in children(server):
        if b"granian" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    message_id = queue_mail(1)
    assert [mail["Message-ID"] for mail in mail_server.wait_for(bool)] == [message_id]


def test_mails_that_wait_are_sent_after_a_restart_each_once(
    stopped_server: Server, app: Flask, mail_server: MailServer
) -> None:
    mail_server.stop()
    stopped_server.start()
    wanted = {queue_mail(number) for number in range(10)}
    stopped_server.kill()
    _let_pauses_end()
    mail_server.start()
    stopped_server.start()
    mails = mail_server.wait_for(lambda mails: len(mails) >= 10)
    assert sorted(mail["Message-ID"] for mail in mails) == sorted(wanted)


def _let_pauses_end() -> None:
    with transaction(db.session):
        db.session.execute(db.update(OutgoingMail).values(next_attempt_at=clock.now() - timedelta(seconds=1)))


def test_the_worker_can_run_by_itself(stopped_server: Server, app: Flask, mail_server: MailServer) -> None:
    message_id = queue_mail(1)
    worker = subprocess.Popen([HUB, "worker"], env=stopped_server.environment, stdout=subprocess.DEVNULL)
    try:
        assert [mail["Message-ID"] for mail in mail_server.wait_for(bool)] == [message_id]
    finally:
        worker.terminate()
        worker.wait(30)
    assert worker.returncode == 0


def test_commands_find_the_address_that_hub_serve_uses(stopped_server: Server, database: None) -> None:
    stopped_server.start()
    assert (stopped_server.data_dir / "url").read_text() == f"http://127.0.0.1:{stopped_server.port}\n"


def test_assertion_015_and_assertion_089_long_request_lines_are_accepted(server: Server) -> None:
    for path in ("/local/hub/siteregistration.php", "/local/hub/webservice/webservices.php", "/"):
        for length in (16_000, 40_000, 65_536):  # of the whole line
            value = "a" * (length - len(f"GET {path}?description= HTTP/1.1\r\n"))
            assert get(server, f"{path}?description={value}").status in (200, 400, 503)


def test_assertion_067_a_client_that_asks_first_is_told_to_go_on(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(
            b"POST /local/hub/webservice/webservices.php HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n"
            b"Content-Type: text/xml\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
        )
        assert client.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        client.sendall(b"<nothing>")
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")


def test_assertion_080_a_host_header_without_the_port_is_good_enough(server: Server) -> None:
    answer = get(server, "/local/hub/siteregistration.php", Host="127.0.0.1")
    assert answer.status in (200, 503)
    assert "Location" not in answer.headers
    assert get(server, "/", Host="127.0.0.1").status == 200


def test_a_body_that_stops_short_is_never_taken_for_whole() -> None:
    read: list[BaseException] = []

    def inner(environ: dict[str, object], start_response: object) -> list[bytes]:
        with pytest.raises(ClientDisconnected) as caught:
            Request(environ).stream.read()
        read.append(caught.value)
        return []

    environ = {"CONTENT_LENGTH": "10", "wsgi.input": BytesIO(b"half"), "wsgi.input_terminated": True}
    CompleteBodies(inner)({"REQUEST_METHOD": "POST", **environ}, lambda *_: None)
    assert len(read) == 1


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_hub_serves_tls_to_old_and_new_clients(
    stopped_server: Server, database: None, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(cert)
    certificate.private_key_pem.write_to_path(key)
    stopped_server.variables |= {"HUB_TLS_CERT": str(cert), "HUB_TLS_KEY": str(key)}
    stopped_server.start()
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    context.minimum_version = context.maximum_version = version
    connection = http.client.HTTPSConnection("127.0.0.1", stopped_server.port, context=context, timeout=30)
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"]


def test_a_key_that_does_not_fit_is_named(stopped_server: Server, database: None, tmp_path: Path) -> None:
    one, other = (trustme.CA().issue_cert("127.0.0.1") for _ in range(2))
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    one.cert_chain_pems[0].write_to_path(cert)
    other.private_key_pem.write_to_path(key)
    port = str(free_port())
    done = stopped_server.command("serve", "--port", port, "--tls-cert", str(cert), "--tls-key", str(key), check=False)
    assert done.returncode == 1
    assert "belong together" in done.stderr
