"""The path of a call: who may, what is committed, and what becomes of errors."""

from __future__ import annotations

import json
import logging

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from hub.errors import HubError
from hub.tokens.services import Service
from hub.webservices.dispatch import Call, Caller, Dispatcher
from hub.webservices.faults import (
    AccessDenied,
    FunctionUnknown,
    HubNotEnabled,
    InternalError,
    InvalidParameter,
    InvalidResponse,
    InvalidToken,
    RateLimited,
    RegistrationBlocked,
    error_object,
    fault,
)
from hub.webservices.registry import Registry
from hub.webservices.schema import integer, text
from tests.webservices.demo import FRESH, KnownCallers, Received, T, notes


def kept(session: scoped_session[Session]) -> list[str]:
    session.rollback()
    return list(session.scalars(sa.select(notes.c.text)))


def test_a_function_that_writes_is_committed_by_the_dispatcher(
    dispatcher: Dispatcher, session: scoped_session[Session]
) -> None:
    assert dispatcher.carry_out(Call(T, "write_note", ["kept"])).value == "kept"
    assert kept(session) == ["kept"]


def test_a_function_that_breaks_leaves_nothing_and_tells_no_details(
    dispatcher: Dispatcher, session: scoped_session[Session], caplog: pytest.LogCaptureFixture
) -> None:
    outcome = dispatcher.carry_out(Call(T, "write_note", ["break afterwards"]))
    assert isinstance(outcome.error, InternalError)
    assert "machine room" not in outcome.error.message
    assert "machine room" in caplog.text
    assert kept(session) == []


class GoneSession(Session):
    """A session whose database has just gone away."""

    def rollback(self) -> None:
        raise OperationalError("ROLLBACK", None, Exception("server closed the connection"))


def test_a_caller_is_answered_even_when_the_database_is_gone(
    registry: Registry, callers: KnownCallers, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = Dispatcher(registry, callers, GoneSession()).carry_out(Call(T, "write_note", ["a"]))
    assert isinstance(outcome.error, InternalError)
    assert "could not be rolled back" in caplog.text


def test_an_answer_that_is_not_as_declared_is_logged_and_said(
    dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = dispatcher.carry_out(Call(T, "answer_nonsense", []))
    assert isinstance(outcome.error, InvalidResponse)
    assert error_object(outcome.error)["errorcode"] == "invalidresponse"
    assert "answer_nonsense" in caplog.text


def test_a_value_that_another_took_first_is_tried_again_and_then_an_internal_error(
    dispatcher: Dispatcher, session: scoped_session[Session], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    assert dispatcher.carry_out(Call(T, "write_note", ["one"])).error is None
    assert isinstance(dispatcher.carry_out(Call(T, "write_note", ["one"])).error, InternalError)
    assert dispatcher.carry_out(Call(T, "write_note", ["two"])).error is None
    assert kept(session) == ["one", "two"]


@pytest.mark.parametrize(
    ("token", "name", "arguments", "error"),
    [
        ("unknown", "echo", ["a"], InvalidToken),
        ("", "echo", ["a"], InvalidToken),
        (T, "hub_nope", [], FunctionUnknown),
        ("publichub", "write_note", [], InvalidParameter),
        ("publichub", "hub_unregister_site", [], AccessDenied),
        (T, "echo", [], InvalidParameter),
    ],
)
def test_calls_that_may_not_be_or_cannot_be_are_refused(
    dispatcher: Dispatcher, token: str, name: str, arguments: list[object], error: type[HubError]
) -> None:
    assert type(dispatcher.carry_out(Call(token, name, arguments)).error) is error  # type: ignore[arg-type]


def test_the_token_is_looked_at_before_the_arguments(dispatcher: Dispatcher) -> None:
    assert isinstance(dispatcher.carry_out(Call("unknown", "echo", [])).error, InvalidToken)


@pytest.mark.parametrize("error", [HubNotEnabled(), RegistrationBlocked(), AccessDenied("echo")])
def test_what_the_application_says_about_a_caller_is_answered(
    dispatcher: Dispatcher, callers: KnownCallers, error: HubError
) -> None:
    callers.refuse_all = error
    assert dispatcher.carry_out(Call(T, "echo", ["a"])).error is error


def test_too_many_calls_are_refused_before_the_function_runs(
    dispatcher: Dispatcher, callers: KnownCallers, received: Received
) -> None:
    callers.refuse_admission = RateLimited(retry_after=7)
    outcome = dispatcher.carry_out(Call(T, "hub_get_info", []))
    assert outcome.error is callers.refuse_admission
    assert "7 seconds" in error_object(outcome.error)["message"]
    assert received.by_name == {}


def test_a_token_is_noted_as_used_at_its_first_call_only(dispatcher: Dispatcher, callers: KnownCallers) -> None:
    dispatcher.carry_out(Call(FRESH, "echo", ["a"]))
    dispatcher.carry_out(Call(FRESH, "write_note", ["a"]))
    dispatcher.carry_out(Call(T, "echo", ["a"]))
    assert callers.first_uses == [3]


def test_a_token_that_dies_before_the_transaction_begins_writes_nothing(
    dispatcher: Dispatcher, registry: Registry, callers: KnownCallers, session: scoped_session[Session]
) -> None:
    def another_removes_the_site(caller: Caller, **_arguments: object) -> None:
        del callers.by_token[T]

    @registry.function(
        "write_late", services={Service.SITE}, gives=integer, writes=True, prepare=another_removes_the_site
    )
    def write_late(caller: Caller, prepared: None) -> int:
        session.execute(notes.insert().values(text="too late"))
        return 1

    assert isinstance(dispatcher.carry_out(Call(T, "write_late", [])).error, InvalidToken)
    assert kept(session) == []


def test_what_is_prepared_is_prepared_outside_any_transaction_and_handed_over(
    dispatcher: Dispatcher, registry: Registry, session: scoped_session[Session]
) -> None:
    def ask_the_site(caller: Caller, url: str) -> tuple[str, bool]:
        return f"{url} answers", session().in_transaction()

    @registry.function(
        "probe", services={Service.SITE}, takes={"url": text}, gives=text, writes=True, prepare=ask_the_site
    )
    def probe(caller: Caller, url: str, prepared: tuple[str, bool]) -> str:
        return f"{prepared[0]}, transaction open: {prepared[1]}"

    session.scalars(sa.select(notes.c.text)).all()
    outcome = dispatcher.carry_out(Call(T, "probe", ["http://site.example"]))
    assert outcome.value == "http://site.example answers, transaction open: False"


def test_positional_arguments_take_their_declared_places_and_surplus_ones_are_ignored(
    dispatcher: Dispatcher, received: Received
) -> None:
    dispatcher.carry_out(Call(T, "hub_get_courses", ["words", 0, True, {"ids": ["3"]}, "surplus"]))
    caller = received["hub_get_courses"].pop("caller")
    assert caller == Caller(Service.SITE, site_id=1, token_id=1, release="2.8.5+ (Build: 20150319)")
    assert received["hub_get_courses"] == {
        "search": "words",
        "downloadable": False,
        "enrollable": True,
        "options": {"ids": [3]},
    }


def test_a_missing_optional_argument_takes_its_declared_or_its_python_default(
    dispatcher: Dispatcher, received: Received
) -> None:
    dispatcher.carry_out(Call(T, "hub_get_courses", ["", 1, 1]))
    assert received["hub_get_courses"]["options"] == {}
    dispatcher.carry_out(Call(T, "hub_update_site_info", {"siteinfo": {}}))
    assert received["hub_update_site_info"]["timestamp"] is None


def test_list_methods_names_what_the_token_opens(dispatcher: Dispatcher) -> None:
    assert dispatcher.carry_out(Call("publichub", "system.listMethods", [])).value == [
        "answer_nonsense",
        "backupsize",
        "echo",
        "hub_get_courses",
        "hub_get_info",
        "system.listMethods",
        "system.methodHelp",
        "write_note",
    ]


def test_method_help_tells_what_a_function_takes_and_gives(dispatcher: Dispatcher) -> None:
    help_text = dispatcher.carry_out(Call(T, "system.methodHelp", ["echo"])).value
    assert help_text == "Say the same again.\necho(said: raw text) -> raw text"
    help_text = dispatcher.carry_out(Call(T, "system.methodHelp", ["hub_get_courses"])).value
    assert str(help_text).endswith(
        "options?: {ids?: list of integer, orderby?: code, givememore?: integer, allsitecourses?: yes or no})"
        " -> {courses: list of {id: integer, enrollable: yes or no}, coursetotal: integer}"
    )
    assert isinstance(dispatcher.carry_out(Call(T, "system.methodHelp", ["nope"])).error, FunctionUnknown)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidToken(), 89159464),
        (AccessDenied("f"), 23000021),
        (InvalidParameter("a", "b"), 29039061),
        (InvalidResponse("f"), 28260048),
        (FunctionUnknown("f"), 23604497),
    ],
)
def test_fault_codes_are_those_that_the_original_answered(error: HubError, code: int) -> None:
    assert fault(error) == {"faultCode": code, "faultString": f"{error.message} | ERRORCODE: {error.key}"}


@pytest.mark.parametrize(
    "error",
    [
        AccessDenied("f"),
        HubNotEnabled(),
        RegistrationBlocked(),
        RateLimited(),
        InvalidParameter("a", "b"),
        InvalidResponse("f"),
        FunctionUnknown("f"),
        InternalError(),
    ],
)
def test_only_an_unknown_token_makes_a_site_drop_its_registration_unasked(error: HubError) -> None:
    said = error_object(error)
    drops = (said["exception"], said["errorcode"]) == ("moodle_exception", "invalidtoken")
    assert not drops
    assert (said["exception"] == "registration_exception") is isinstance(error, RegistrationBlocked)
    assert "\\" not in said["exception"]
    json.dumps(said)


def test_a_function_is_declared_once() -> None:
    registry = Registry()
    registry.function("f", services=Service, gives=integer)(lambda caller: 1)
    with pytest.raises(ValueError, match="declared twice"):
        registry.function("f", services=Service, gives=integer)(lambda caller: 1)


def test_a_declaration_that_does_not_fit_its_function_is_refused_at_once() -> None:
    registry = Registry()
    with pytest.raises(TypeError):
        registry.function("f", services=Service, takes={"a": integer}, gives=integer)(lambda caller: 1)
    with pytest.raises(TypeError):
        registry.function("f", services=Service, gives=integer)(lambda caller, a: 1)
    with pytest.raises(TypeError):
        registry.function("f", services=Service, takes={"a": integer}, optional=["a"], gives=integer)(lambda caller: 1)
