"""The REST dialect: GET or form, PHP's bracket notation in, JSON or XML out (protocol/moodle-clients.md 5.2, 5.6)."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from hub.errors import HubError
from hub.webservices.dispatch import Call, CarryOut, Outcome
from hub.webservices.exchange import Answer, Incoming, Wire
from hub.webservices.faults import RequestTooLarge, RequestUnreadable, error_object

LARGEST_BODY = 4 * 1024 * 1024  # statistics of plugins have 20 to 100 kB
MOST_VARIABLES = 20_000  # PHP stops at 1000, which large courses pass
DEEPEST = 10  # brackets after a name; real calls have 4

FORM = "application/x-www-form-urlencoded"

Variables = dict[str, Any]

_RESERVED_PAIR = re.compile(rb"(?:^|&)(wsfunction|moodlewsrestformat)=([A-Za-z0-9_.]{0,100})")
_RESERVED = ("wstoken", "wsfunction", "moodlewsrestformat")


def variables_of(encoded: bytes) -> Variables:
    """The variables of a query or form, nested as their bracketed names say; RequestTooLarge beyond the limits.

    Bytes that are no UTF-8 are dropped, names without ``=`` are empty, of equal names the last one holds.
    """
    try:
        pairs = parse_qsl(
            encoded.decode("utf-8", "ignore"), keep_blank_values=True, errors="ignore", max_num_fields=MOST_VARIABLES
        )
    except ValueError:
        raise RequestTooLarge(f"{MOST_VARIABLES} variables") from None
    nested = _Branch()
    for name, value in pairs:
        _place(nested, _steps(name), value)
    return {name: _listed(value) for name, value in nested.items()}


def all_variables(incoming: Incoming) -> Variables:
    """The variables of query and form; where both name one, the form's holds. RequestTooLarge beyond the limits."""
    variables = variables_of(incoming.query)
    if not incoming.body:
        return variables
    if not _may_be_form(incoming):
        return _without_body(variables)
    if len(incoming.body) > LARGEST_BODY:
        raise RequestTooLarge(f"{LARGEST_BODY} bytes")
    return variables | variables_of(incoming.body)


def _without_body(variables: Variables) -> Variables:
    if "wsfunction" in variables:
        raise RequestUnreadable(f"its body is no {FORM}")
    return variables


def _may_be_form(incoming: Incoming) -> bool:
    declared = incoming.content_type.partition(";")[0].strip().lower()
    return declared in (FORM, "") and not incoming.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def reserved_variables(incoming: Incoming) -> Variables:
    """What says function and format, in a request that is too large to be read as a whole."""
    found = _RESERVED_PAIR.findall(incoming.query + b"&" + incoming.body)
    return {name.decode(): value.decode("utf-8", "ignore") for name, value in found}


def _steps(name: str) -> list[str]:
    """The path that a name spells: ``a[b][0]`` is a, b, 0. Brackets that do not pair up belong to the name."""
    first, bracket, rest = name.partition("[")
    if not bracket or not first or "]" not in rest:
        return [name]
    steps = [first]
    while bracket == "[" and "]" in rest:
        step, _, rest = rest.partition("]")
        steps.append(step)
        bracket, rest = rest[:1], rest[1:]
        if len(steps) > DEEPEST + 1:
            raise RequestTooLarge(f"{DEEPEST} brackets in a name")
    return steps


class _Branch(dict[str, Any]):
    """A structure being filled, which knows the index that ``[]`` stands for next."""

    next_index = 0

    def name_of(self, step: str) -> str:
        name = step or str(self.next_index)
        if _is_index(name):
            self.next_index = max(self.next_index, int(name) + 1)
        return name


def _place(branch: _Branch, steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        name = branch.name_of(step)
        if not isinstance(branch.get(name), _Branch):
            branch[name] = _Branch()
        branch = branch[name]
    branch[branch.name_of(steps[-1])] = value


def _is_index(step: str) -> bool:
    return step.isascii() and step.isdigit() and len(step) <= 18


def _listed(value: Any) -> Any:
    """The value with every structure whose keys are all indexes made a list, in the order of the indexes."""
    if not isinstance(value, dict):
        return value
    if all(_is_index(step) for step in value):
        return [_listed(value[step]) for step in sorted(value, key=int)]
    return {step: _listed(each) for step, each in value.items()}


def answer(method: str, variables: Variables, carry_out: CarryOut) -> Answer:
    """The answer to a REST call; ``variables`` are those of query and form together."""
    call = Call(
        token=_text(variables, "wstoken"),
        name=_text(variables, "wsfunction"),
        arguments={name: value for name, value in variables.items() if name not in _RESERVED},
        forgiving=method == "GET",
    )
    write = _as_json if variables.get("moodlewsrestformat") == "json" else _as_xml
    return write(carry_out(call))


def _text(variables: Variables, name: str) -> str:
    value = variables.get(name, "")
    return value if isinstance(value, str) else ""


def _as_json(outcome: Outcome) -> Answer:
    value = error_object(outcome.error) if outcome.error else outcome.value
    return Answer(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), "application/json")


def _as_xml(outcome: Outcome) -> Answer:
    document = _exception(outcome.error) if outcome.error else f"<RESPONSE>\n{_written(outcome.value)}</RESPONSE>\n"
    return Answer(
        f'<?xml version="1.0" encoding="UTF-8" ?>\n{document}'.encode(),
        "application/xml; charset=utf-8",
        {"Content-Disposition": 'inline; filename="response.xml"'},
    )


def _exception(error: HubError) -> str:
    said = error_object(error)
    return (
        f'<EXCEPTION class="{_escaped(said["exception"])}">\n<ERRORCODE>{_escaped(said["errorcode"])}</ERRORCODE>\n'
        f"<MESSAGE>{_escaped(said['message'])}</MESSAGE>\n</EXCEPTION>\n"
    )


def _written(value: Wire) -> str:
    if isinstance(value, dict):
        keys = (f'<KEY name="{_escaped(name)}">{_written(each)}</KEY>\n' for name, each in value.items())
        return f"<SINGLE>\n{''.join(keys)}</SINGLE>\n"
    if isinstance(value, list):
        return f"<MULTIPLE>\n{''.join(_written(each) for each in value)}</MULTIPLE>\n"
    if value is None:
        return '<VALUE null="null"/>\n'
    return f"<VALUE>{_escaped(str(int(value) if isinstance(value, bool) else value))}</VALUE>\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
