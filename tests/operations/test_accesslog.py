"""The log has one line for each request, and no secret in it."""

from __future__ import annotations

import logging
from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Config
from hub import accesslog, create_app
from hub.accesslog import masked
from hub.extensions import db


def line_of(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("name", accesslog.SECRETS)
def test_the_value_of_a_secret_is_masked(name: str) -> None:
    assert masked(f"a=1&{name}=s3cret&b=2") == f"a=1&{name}=***&b=2"


@pytest.mark.parametrize(
    ("query", "logged"),
    [
        ("WSTOKEN=s3cret", "WSTOKEN=***"),
        ("ws%74oken=s3cret", "ws%74oken=***"),
        ("siteinfo[token]=s3cret", "siteinfo[token]=***"),
        ("siteinfo%5Btoken%5D=s3cret", "siteinfo%5Btoken%5D=***"),
        ("token=s3cret=&token=another", "token=***&token=***"),
        ("token", "token"),
        ("token=", "token="),
        ("tokens=3&notatoken=1", "tokens=3&notatoken=1"),
        ("courseid=5&language=fr", "courseid=5&language=fr"),
    ],
)
def test_b_08_secrets_are_recognised_however_they_are_written(query: str, logged: str) -> None:
    assert masked(query) == logged


@pytest.mark.parametrize(
    ("query", "logged"),
    [
        ("next=%2Fa.php%3Ftoken%3Ds3cret%26url%3Dx", "next=/a.php?token=***%26url=x"),
        ("next=/a.php?newtoken=s3cret", "next=/a.php?newtoken=***"),
        ("next=%2Flogin%3Fnext%3D%252Fa%253Ftoken%253Ds3cret", "next=/login?next=/a?token=***"),
        ("next=token%3Ds3cret", "next=token=***"),
        ("next=%2Fa%3Fcourseid%3D5", "next=%2Fa%3Fcourseid%3D5"),
    ],
)
def test_the_secrets_of_an_address_that_a_sign_in_leads_back_to_are_masked(query: str, logged: str) -> None:
    assert masked(query) == logged


def test_assertion_099_the_line_of_a_rest_get_shows_no_token(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/local/hub/webservice/webservices.php?wsfunction=hub_get_info&wstoken=0123456789abcdef").close()
    line = line_of(capsys)
    assert "wsfunction=hub_get_info&wstoken=***" in line
    assert "0123456789abcdef" not in line


def test_assertion_014_the_hub_password_is_not_logged(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/local/hub/siteregistration.php?url=http://moodle.test&token=abc1234567&password=open+sesame").close()
    line = line_of(capsys)
    assert "sesame" not in line
    assert "abc1234567" not in line


def test_a_line_says_who_asked_for_what_and_how_it_ended(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/nothing/here", headers={"User-Agent": 'evil" status=200 level=error'}).close()
    line = line_of(capsys)
    assert "event=request client=127.0.0.1 method=GET path=/nothing/here status=404" in line
    assert line.startswith("timestamp=20")
    assert line.endswith(r'agent="evil\" status=200 level=error"')


def test_other_log_lines_are_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    accesslog.configure_logging()
    logging.getLogger("somewhere").warning("failed: http://h/x?wstoken=s3cret&password=open and site[token]=s3cret")
    logging.captureWarnings(False)
    root.handlers[:], root.level = before
    line = line_of(capsys)
    assert "wstoken=***&password=*** and site[token]=***" in line
    assert "level=warning" in line


@pytest.mark.parametrize(
    ("sender", "chain", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_tell_the_visitors_address(
    config: Config, capsys: pytest.CaptureFixture[str], sender: str, chain: str, client: str
) -> None:
    app = create_app(replace(config, database_url=None, trusted_proxies=(ip_network("10.0.0.0/8"),)))
    answer = app.test_client().get(
        "/nothing/here", headers={"X-Forwarded-For": chain}, environ_base={"REMOTE_ADDR": sender}
    )
    answer.close()
    with app.app_context():
        db.engine.dispose()
    assert f"client={client} " in line_of(capsys)


def test_only_trusted_proxies_tell_the_scheme(app: Flask) -> None:
    heard: list[str] = []

    def inner(environ: dict[str, str], start_response: object) -> list[bytes]:
        heard.append(environ["wsgi.url_scheme"])
        return []

    middleware = accesslog.TrustedProxies(inner, (ip_network("10.0.0.0/8"),))
    for sender in ("10.0.0.1", "203.0.113.9"):
        middleware(
            {"REMOTE_ADDR": sender, "HTTP_X_FORWARDED_PROTO": "https", "wsgi.url_scheme": "http"}, lambda *_: None
        )
    assert heard == ["https", "http"]
