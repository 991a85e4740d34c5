"""What the hub keeps about the person behind a mail address, as each feature answers for its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hub import clock, fields
from hub.errors import HubError
from hub.events.record import Actor, Event, record
from hub.runtime import hub_url


class AddressMissing(HubError):
    """There is no mail address to look for."""

    key = "mailaddressmissing"

    def __init__(self, complaint: str = "") -> None:
        super().__init__(complaint or "Write the person's mail address, such as ada@example.org.")


@dataclass(frozen=True)
class Holder:
    """A feature's answer: ``find`` gives what it keeps about an address, ``erase`` takes the person out of its rows.

    What is kept for another reason (an account that can sign in) is found and not erased; ``keeps`` says why.
    """

    name: str
    label: str
    find: Callable[[str], Sequence[dict[str, Any]]]
    erase: Callable[[str], int] | None = None
    keeps: str = ""


@dataclass(frozen=True)
class Findings:
    """What one feature keeps about a person."""

    holder: Holder
    rows: Sequence[dict[str, Any]]


_holders: dict[str, Holder] = {}


def add(holder: Holder) -> None:
    """Let this feature be asked."""
    _holders[holder.name] = holder


def read_address(text: str) -> str:
    """A mail address in the form in which it is looked for; AddressMissing for anything else."""
    try:
        address = fields.email(text)
    except ValueError as error:
        raise AddressMissing(str(error)) from error
    if not address:
        raise AddressMissing
    return address.casefold()


def find(address: str) -> list[Findings]:
    """Everything kept about this address, by feature; features that keep nothing are left out."""
    asked = [Findings(holder, holder.find(address)) for holder in _holders.values()]
    return [each for each in asked if each.rows]


def export(address: str, *, by: Actor) -> dict[str, Any]:
    """Everything kept about this address in a form that a person can be given; the event does not name them."""
    found = {each.holder.name: list(each.rows) for each in find(address)}
    record(Event.PERSONAL_DATA_EXPORTED, None, by=by, found={name: len(rows) for name, rows in found.items()})
    return {"hub": hub_url(), "address": address, "at": clock.now().isoformat(timespec="seconds"), "kept": found}


def erase(address: str, *, by: Actor) -> dict[str, int]:
    """Take the person out of every row that can do without; how many rows, by feature. The event does not name them."""
    erased = {each.name: each.erase(address) for each in _holders.values() if each.erase is not None}
    counts = {name: count for name, count in erased.items() if count}
    record(Event.PERSONAL_DATA_ERASED, None, by=by, erased=counts)
    return counts
