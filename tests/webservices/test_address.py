"""The one address: which dialect it speaks when, and that it never redirects, sets a cookie or shows a page."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from hub.webservices import rest, views, xmlrpc
from hub.webservices.faults import RateLimited
from tests.webservices.demo import ADDRESS, KnownCallers, Received, T, method_call

FORM = "application/x-www-form-urlencoded"


def rest_call(function: str, **arguments: str) -> str:
    return urlencode({"wstoken": T, "wsfunction": function, "moodlewsrestformat": "json", **arguments})


def test_a_visit_without_a_call_gets_a_line_of_text(client: FlaskClient) -> None:
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    assert answer.text.count("\n") == 1


def test_a_head_request_calls_nothing(client: FlaskClient, received: Received) -> None:
    answer = client.head(f"{ADDRESS}?{rest_call('hub_unregister_site')}")
    assert (answer.status_code, answer.data) == (200, b"")
    assert received.by_name == {}


@pytest.mark.parametrize("body", [b"", b"a=b", b"<html>", b"\xff\xfe\x00", b'{"wsfunction":"hub_get_info"}'])
@pytest.mark.parametrize("content_type", ["text/xml", FORM, "application/json", "multipart/form-data", ""])
def test_a_post_that_is_no_rest_call_gets_an_xmlrpc_answer(client: FlaskClient, body: bytes, content_type: str) -> None:
    answer = client.post(ADDRESS, data=body, content_type=content_type)
    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    assert b"<fault>" in answer.data
    assert b"23604497" in answer.data


@pytest.mark.parametrize("content_type", ["text/xml; charset=utf-8", "application/xml", FORM, ""])
def test_an_xml_body_is_xmlrpc_whatever_its_declared_type(client: FlaskClient, content_type: str) -> None:
    body = method_call("echo", "<string>a</string>")
    answer = client.post(f"{ADDRESS}?wstoken={T}", data=body, content_type=content_type)
    assert b"<string>a</string>" in answer.data


def test_a_form_is_rest_also_without_declared_type(client: FlaskClient) -> None:
    assert client.post(ADDRESS, data=rest_call("echo", said="a"), content_type="").json == "a"


def test_query_and_form_are_merged_and_the_form_holds(client: FlaskClient) -> None:
    url = f"{ADDRESS}?wstoken={T}&wsfunction=echo&moodlewsrestformat=xml&said=query"
    assert client.post(url, data="moodlewsrestformat=json&said=form", content_type=FORM).json == "form"
    assert b"<VALUE>query</VALUE>" in client.post(url, data="", content_type=FORM).data


def test_a_rest_call_with_a_body_that_is_no_form_is_told_so(client: FlaskClient) -> None:
    answer = client.post(f"{ADDRESS}?{rest_call('echo')}", data="{}", content_type="application/json")
    assert answer.json is not None
    assert FORM in answer.json["message"]


@pytest.mark.parametrize("function", ["hub_get_info", "hub_nope", "write_note"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_answer_sets_a_cookie_or_may_be_kept(client: FlaskClient, method: str, function: str) -> None:
    answer = client.open(f"{ADDRESS}?{rest_call(function, note='a')}", method=method)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [ADDRESS, f"/{ADDRESS}", ADDRESS.replace("/hub/", "/hub//"), f"{ADDRESS}/"])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "OPTIONS"])
def test_assertion_032_no_spelling_of_the_address_is_redirected(app: Flask, path: str, method: str) -> None:
    answer = app.test_client().open(environ_overrides={"PATH_INFO": path}, method=method)
    assert answer.status_code not in (301, 302, 303, 307, 308)


def test_a_hub_address_stored_with_a_trailing_slash_still_reaches_us(client: FlaskClient) -> None:
    answer = client.get(query_string=rest_call("echo", said="a"), environ_overrides={"PATH_INFO": f"/{ADDRESS}"})
    assert answer.json == "a"


def test_an_error_that_nobody_foresaw_is_answered_in_the_dialect(client: FlaskClient) -> None:
    said = client.get(f"{ADDRESS}?{rest_call('write_note', note='break afterwards')}").json
    assert said is not None
    assert (said["exception"], said["errorcode"]) == ("moodle_exception", "generalexceptionmessage")
    body = method_call("write_note", "<string>break afterwards</string>")
    fault = client.post(f"{ADDRESS}?wstoken={T}", data=body, content_type="text/xml").text
    assert "ERRORCODE: generalexceptionmessage" in fault
    assert "machine room" not in fault + said["message"]


def test_too_many_calls_are_told_in_the_dialect_with_status_200(client: FlaskClient, callers: KnownCallers) -> None:
    callers.refuse_admission = RateLimited()
    said = client.get(f"{ADDRESS}?{rest_call('echo', said='a')}")
    assert said.status_code == 200
    assert said.json is not None
    assert said.json["errorcode"] == "ratelimited"
    body = method_call("echo", "<string>a</string>")
    assert "ERRORCODE: ratelimited" in client.post(f"{ADDRESS}?wstoken={T}", data=body, content_type="text/xml").text


def test_a_limit_outside_the_dispatcher_can_refuse_in_the_dialect_too(app: Flask) -> None:
    with app.test_request_context(f"{ADDRESS}?{rest_call('echo', said='a')}"):
        assert json.loads(views.refuse(RateLimited()).data)["errorcode"] == "ratelimited"
    with app.test_request_context(ADDRESS, method="POST", data=method_call("echo"), content_type="text/xml"):
        assert b"ERRORCODE: ratelimited" in views.refuse(RateLimited()).data


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """A real server on a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


def send(port: int, body: bytes, content_type: str, query: str = "") -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", f"{ADDRESS}{query}", body, {"Content-Type": content_type})
    answer = connection.getresponse()
    try:
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def test_a_body_too_large_is_answered_in_xmlrpc(port: int) -> None:
    body = method_call("echo", f"<string>{'a' * xmlrpc.LARGEST_BODY}</string>").encode()
    status, content_type, answer = send(port, body, "text/xml", f"?wstoken={T}")
    assert (status, content_type) == (200, "text/xml; charset=utf-8")
    assert b"ERRORCODE: requesttoolarge" in answer


@pytest.mark.parametrize("size", [rest.LARGEST_BODY, 4 * rest.LARGEST_BODY])
def test_a_body_too_large_is_answered_in_rest_and_in_the_wanted_format(port: int, size: int) -> None:
    body = rest_call("echo", said="a" * size).encode()
    status, content_type, answer = send(port, body, FORM)
    assert (status, content_type) == (200, "application/json")
    assert json.loads(answer)["errorcode"] == "requesttoolarge"


def test_too_many_variables_are_answered_in_rest_and_in_the_wanted_format(client: FlaskClient) -> None:
    body = rest_call("echo") + "&a=1" * rest.MOST_VARIABLES
    answer = client.post(ADDRESS, data=body, content_type=FORM)
    assert answer.json is not None
    assert answer.json["errorcode"] == "requesttoolarge"


def test_a_body_of_nearly_the_limit_passes_the_limits_that_pages_have(port: int) -> None:
    text = "a" * 999_000
    assert json.loads(send(port, rest_call("echo", said=text).encode(), FORM)[2]) == text


def test_a_body_that_breaks_off_breaks_nothing(port: int, client: FlaskClient, received: Received) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        head = (
            f"POST {ADDRESS}?wstoken={T} HTTP/1.1\r\nHost: hub\r\nContent-Type: text/xml\r\nContent-Length: 999\r\n\r\n"
        )
        connection.sendall(head.encode() + b"<methodCall><methodName>hub_get_info</methodName>")
        connection.shutdown(socket.SHUT_WR)
        assert b"<fault>" in connection.makefile("rb").read()
    assert received.by_name == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_assertion_122_whoever_asks_for_a_token_by_password_is_told_that_a_hub_gives_none(
    client: FlaskClient, method: str
) -> None:
    answer = client.open("/login/token.php", method=method, data={"username": "ada", "password": "wrong"})
    assert (answer.status_code, answer.content_type) == (200, "application/json; charset=utf-8")
    assert answer.json is not None
    assert answer.json["errorcode"] == "enablewsdescription"
    assert "registers" in answer.json["error"]
