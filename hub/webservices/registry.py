"""The declaration of web-service functions: one beside each function, spoken in every dialect."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from hub.tokens.services import Service
from hub.webservices.exchange import Wire
from hub.webservices.faults import FunctionUnknown
from hub.webservices.schema import Struct, Type, struct

Act = TypeVar("Act", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Function:
    """What can be called from outside.

    ``prepare`` runs before the function and outside any transaction (it may ask other servers); its result reaches
    the function as ``prepared``. ``unknown_token_answer`` is what a REST GET without arguments gets instead of
    ``invalidtoken``.
    """

    name: str
    services: frozenset[Service]
    takes: Struct
    gives: Type
    act: Callable[..., Any]
    writes: bool
    prepare: Callable[..., Any] | None
    unknown_token_answer: Any
    summary: str

    @property
    def help(self) -> str:
        """What the function does, takes and gives, on two lines."""
        return f"{self.summary}\n{self.name}({', '.join(self.takes.described())}) -> {self.gives.words}"

    def named(self, arguments: list[Wire] | dict[str, Wire]) -> dict[str, Wire]:
        """The arguments by name; positional ones are in declared order, surplus ones are ignored."""
        return dict(zip(self.takes.keys, arguments, strict=False)) if isinstance(arguments, list) else arguments


class Registry:
    """The functions that a hub offers, by name."""

    def __init__(self) -> None:
        self._functions: dict[str, Function] = {}

    def function(
        self,
        name: str,
        *,
        services: Iterable[Service],
        takes: Mapping[str, Type] | None = None,
        optional: Iterable[str] = (),
        defaults: Mapping[str, Any] = MappingProxyType({}),
        gives: Type,
        writes: bool = False,
        prepare: Callable[..., Any] | None = None,
        unknown_token_answer: Any = None,
    ) -> Callable[[Act], Act]:
        """Declare the function below as a web-service function; it stays callable as it is.

        It receives ``caller`` and its arguments by name. An argument in ``defaults`` that is missing has that value;
        one in ``optional`` is not passed at all, so that the default of the Python parameter holds.
        """

        def declare(act: Act) -> Act:
            declared = Function(
                name=name,
                services=frozenset(services),
                takes=struct(takes or {}, optional, defaults),
                gives=gives,
                act=act,
                writes=writes,
                prepare=prepare,
                unknown_token_answer=unknown_token_answer,
                summary=(inspect.getdoc(act) or name).partition("\n")[0],
            )
            self._add(declared)
            return act

        return declare

    def _add(self, function: Function) -> None:
        if function.name in self._functions:
            raise ValueError(f"{function.name} is declared twice")
        _refuse_mismatch(function)
        self._functions[function.name] = function

    def get(self, name: str) -> Function:
        """The function of this name; FunctionUnknown when there is none."""
        function = self._functions.get(name)
        if function is None:
            raise FunctionUnknown(name)
        return function

    def opened_by(self, service: Service) -> list[Function]:
        """The functions that a token of this service opens, by name."""
        opened = (each for each in self._functions.values() if service in each.services)
        return sorted(opened, key=lambda each: each.name)


def _refuse_mismatch(function: Function) -> None:
    """A declaration that does not fit its function fails at start-up, not at the first call."""
    stand_ins = {name: None for name in function.takes.keys if _always_passed(function.takes, name)}
    if function.prepare is not None:
        stand_ins["prepared"] = None
    inspect.signature(function.act).bind(caller=None, **stand_ins)
    surplus = function.takes.keys - inspect.signature(function.act).parameters.keys()
    if surplus:
        raise TypeError(f"{function.name} declares parameters that its function does not take: {sorted(surplus)}")


def _always_passed(takes: Struct, name: str) -> bool:
    return name not in takes.optional or name in takes.defaults


registry = Registry()
function = registry.function
