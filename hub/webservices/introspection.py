"""The functions that tell about functions: ``system.listMethods`` and ``system.methodHelp``."""

from __future__ import annotations

from hub.tokens.services import Service
from hub.webservices.dispatch import Caller
from hub.webservices.registry import Registry
from hub.webservices.schema import many, text


def offer(registry: Registry) -> None:
    """Let callers ask what the registry offers them."""

    @registry.function("system.listMethods", services=Service, gives=many(text))
    def list_methods(caller: Caller) -> list[str]:
        """The names of the functions that your token opens."""
        return [each.name for each in registry.opened_by(caller.service)]

    @registry.function("system.methodHelp", services=Service, takes={"methodname": text.up_to(100)}, gives=text)
    def method_help(caller: Caller, methodname: str) -> str:
        """What a function does, what it takes and what it gives."""
        return registry.get(methodname).help
