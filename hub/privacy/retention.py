"""What is forgotten after a while: each feature says what, after how many days, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.settings import declared


@dataclass(frozen=True)
class Rule:
    """Something that has its time: ``forget`` drops what is older than a moment and says how much that was.

    ``setting`` names the setting with the number of days; 0 days mean that nothing is forgotten.
    """

    name: str
    setting: str
    forget: Callable[[datetime], int]


_rules: dict[str, Rule] = {}


def keep(name: str, setting: str, forget: Callable[[datetime], int]) -> None:
    """Let the daily job forget this when its days are over."""
    _rules[name] = Rule(name, setting, forget)


def due(now: datetime) -> Iterator[tuple[Rule, datetime]]:
    """The rules in force, each with the moment before which everything is to be forgotten."""
    for rule in _rules.values():
        days = declared.current(rule.setting)
        if days:
            yield rule, now - timedelta(days=days)
