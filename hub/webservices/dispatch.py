"""The one path of every call: token, service, arguments, the function, its result, the commit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session

from hub.database import retrying
from hub.errors import HubError
from hub.tokens.services import Service
from hub.webservices.exchange import Wire
from hub.webservices.faults import AccessDenied, InternalError, InvalidResponse, InvalidToken
from hub.webservices.registry import Function, Registry
from hub.webservices.schema import read_arguments

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``version`` and ``release`` are what the site last told about its Moodle; ``used`` tells whether the
    token was ever shown before, ``silent`` whether the site did not answer when the hub asked it last."""

    service: Service
    site_id: int | None = None
    token_id: int | None = None
    used: bool = True
    version: str = ""
    release: str = ""
    silent: bool = False


class Callers(Protocol):
    """What the dispatcher asks the application about those who call."""

    def find_caller(self, token: str, function: Function) -> Caller:
        """Who shows this token: InvalidToken, AccessDenied, HubNotEnabled or RegistrationBlocked if he may not call.

        Asked again inside the transaction of a function that writes, so it counts nothing and writes nothing.
        """

    def admit(self, caller: Caller, function: Function) -> None:
        """Asked once for each call, before anything happens: a HubError keeps it from being carried out."""

    def note_first_use(self, caller: Caller) -> None:
        """The caller's token was shown for the first time; runs in a transaction of its own."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a dialect understood; ``forgiving`` lets a function answer an unknown token, if it declares that it does."""

    token: str
    name: str
    arguments: list[Wire] | dict[str, Wire]
    forgiving: bool = False


@dataclass(slots=True)
class Outcome:
    """How a call ended: with a value or an error, and who called, as far as that is known."""

    value: Wire = None
    error: HubError | None = None
    caller: Caller | None = None


CarryOut = Callable[[Call], Outcome]


class Dispatcher:
    """Carries calls out; the only place of the web services that ends transactions."""

    def __init__(self, registry: Registry, callers: Callers, session: Session | scoped_session[Any]) -> None:
        self.registry = registry
        self.callers = callers
        self.session = session

    def carry_out(self, call: Call) -> Outcome:
        """The outcome of the call. Nothing escapes: what breaks unexpectedly is logged and answered without details."""
        outcome = Outcome()
        try:
            outcome.value = self._answer(call, outcome)
        except HubError as error:
            outcome.error = error
            self._undo()
        except Exception:
            log.exception("web-service function %s broke", call.name)
            outcome.error = InternalError()
            self._undo()
        return outcome

    def _undo(self) -> None:
        try:
            self.session.rollback()
        except SQLAlchemyError:  # the database is gone; the caller still gets an answer
            log.exception("the session could not be rolled back")

    def _answer(self, call: Call, outcome: Outcome) -> Wire:
        function = self.registry.get(call.name)
        given = function.named(call.arguments)
        try:
            caller = outcome.caller = self._admitted(call.token, function)
        except InvalidToken:
            if not (call.forgiving and _forgives(function, given)):
                raise
            return function.gives.give(function.unknown_token_answer)
        arguments = read_arguments(function.takes, given)
        self._note_first_use(caller)
        if function.prepare is not None:
            self.session.rollback()  # no transaction stays open while other servers are asked
            arguments["prepared"] = function.prepare(caller, **arguments)
        return self._run(call.token, function, caller, arguments)

    def _admitted(self, token: str, function: Function) -> Caller:
        caller = self._caller(token, function)
        self.callers.admit(caller, function)
        return caller

    def _caller(self, token: str, function: Function) -> Caller:
        caller = self.callers.find_caller(token, function)
        if caller.service not in function.services:
            raise AccessDenied(function.name)
        return caller

    def _note_first_use(self, caller: Caller) -> None:
        if not caller.used:
            retrying(self.session, lambda: self.callers.note_first_use(caller))

    def _run(self, token: str, function: Function, caller: Caller, arguments: dict[str, Any]) -> Wire:
        if not function.writes:
            return _result(function, caller, arguments)
        # The token may have died since it was looked at: the transaction that writes asks again.
        return retrying(self.session, lambda: _result(function, self._caller(token, function), arguments))


def _forgives(function: Function, given: dict[str, Wire]) -> bool:
    return function.unknown_token_answer is not None and given.keys().isdisjoint(function.takes.keys)


def _result(function: Function, caller: Caller, arguments: dict[str, Any]) -> Wire:
    answered = function.act(caller=caller, **arguments)
    try:
        return function.gives.give(answered)
    except (AttributeError, LookupError, TypeError, ValueError) as problem:
        log.exception("the answer of web-service function %s is not as declared", function.name)
        raise InvalidResponse(function.name) from problem
