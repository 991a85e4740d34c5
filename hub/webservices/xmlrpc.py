"""The XML-RPC dialect, as Moodle 2.0 to 3.4.0 and the custom hub plugin speak it (protocol/moodle-clients.md 5.3, 5.4).

Read with lxml, entities and network off; written by hand, since every answer is of few and known types.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from lxml import etree

from hub.errors import HubError
from hub.webservices.dispatch import Call, CarryOut, Outcome
from hub.webservices.encodings import RequestStyle, all_joined, encoded, legal_document, style_of, wants_references
from hub.webservices.exchange import Answer, Incoming, Wire
from hub.webservices.faults import (
    FunctionUnknown,
    InvalidParameter,
    RequestTooLarge,
    RequestUnreadable,
    SignatureNotOffered,
    fault,
)

LARGEST_BODY = 2 * 1024 * 1024  # the largest real one seen has 5 kB; creator notes are the only long text
MOST_TAGS = 200_000  # opening and closing ones; a course with 1000 kinds of content has 40 000
DEEPEST = 30  # values within values; real calls reach 5. Elements nested beyond 256 are refused by the parser.
MOST_CALLS = 10  # in one system.multicall
LARGEST_INT = 2**31 - 1  # the PHP extension reads larger ones as negative

CONTENT_TYPE = "text/xml; charset=utf-8"

_DECLARED = re.compile(rb"<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_UTF8 = {"utf-8", "utf8", "us-ascii", "ascii"}
_OTHERS = {"iso-8859-1": "latin-1", "latin1": "latin-1", "iso-8859-15": "iso-8859-15", "windows-1252": "cp1252"}
_INT = re.compile(r"[+-]?[0-9]{1,20}")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?")


class _Parsers(threading.local):
    """A parser for each thread: at one that all share they would wait for each other."""

    def __init__(self) -> None:
        self.own = etree.XMLParser(
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )


_parsers = _Parsers()


class MethodCall(NamedTuple):
    """A function's name and its arguments, as they were sent."""

    name: str
    arguments: list[Wire]


def answer(incoming: Incoming, token: str, carry_out: CarryOut) -> Answer:
    """The answer to a request that is no REST call: always XML-RPC, also for what is no XML at all."""
    style = style_of(incoming.body, incoming.user_agent)
    try:
        outcome = _carried_out(_read(incoming, style), token, carry_out)
    except HubError as error:
        outcome = Outcome(error=error)
    return Answer(encoded(document(outcome), _references(outcome, style)), CONTENT_TYPE)


def _references(outcome: Outcome, style: RequestStyle) -> bool:
    caller = outcome.caller
    return wants_references(caller.version if caller else "", caller.release if caller else "", style)


def _carried_out(call: MethodCall, token: str, carry_out: CarryOut) -> Outcome:
    if call.name == "system.methodSignature":
        raise SignatureNotOffered
    if call.name == "system.multicall":
        return _all_carried_out(call, token, carry_out)
    return carry_out(Call(token, call.name, call.arguments))


def _all_carried_out(call: MethodCall, token: str, carry_out: CarryOut) -> Outcome:
    calls = call.arguments[0] if call.arguments else None
    if not isinstance(calls, list) or len(calls) > MOST_CALLS:
        raise InvalidParameter("system.multicall", f"send one list of at most {MOST_CALLS} calls")
    outcomes = [_one_of_many(each, token, carry_out) for each in calls]
    caller = next((each.caller for each in outcomes if each.caller), None)
    return Outcome(value=[fault(each.error) if each.error else [each.value] for each in outcomes], caller=caller)  # type: ignore[misc]  # list is invariant


def _one_of_many(call: Wire, token: str, carry_out: CarryOut) -> Outcome:
    described = call if isinstance(call, dict) else {}
    name, arguments = described.get("methodName"), described.get("params")
    try:
        if not isinstance(name, str) or name == "system.multicall":
            raise FunctionUnknown(str(name))
        return _carried_out(MethodCall(name, arguments if isinstance(arguments, list) else []), token, carry_out)
    except HubError as error:
        return Outcome(error=error)


def _read(incoming: Incoming, style: RequestStyle) -> MethodCall:
    if len(incoming.body) > LARGEST_BODY:
        raise RequestTooLarge(f"{LARGEST_BODY} bytes of XML")
    call = parse(incoming.body)
    return call._replace(arguments=all_joined(call.arguments)) if style.bytewise else call  # type: ignore[arg-type]  # a list stays a list


def parse(body: bytes) -> MethodCall:
    """The call that the document makes; RequestUnreadable or RequestTooLarge if there is none to be had."""
    root = root_of(body, "methodCall")
    name, arguments = "", []
    for part in root:
        if part.tag == "methodName":
            name = (part.text or "").strip()
        elif part.tag == "params":
            arguments = [only_value(each) for each in part]
    if not name:
        raise RequestUnreadable("the methodName is missing")
    return MethodCall(name, arguments)


def root_of(body: bytes, wanted: str) -> etree._Element:
    """The root of the document, which must be of this name; RequestUnreadable or RequestTooLarge otherwise."""
    root = _tree(_utf8(body.strip().removeprefix(b"\xef\xbb\xbf").lstrip()))
    if _tag(root) != wanted:
        raise RequestUnreadable(f"its root element is {_tag(root)[:100]!r}, not {wanted!r}")
    return root


def _utf8(body: bytes) -> bytes:
    """The body in UTF-8, whatever its declaration names; the parser is told so and reads no declaration."""
    if not body.startswith(b"<"):
        raise RequestUnreadable("its body is no XML document")
    if b"<!DOCTYPE" in body:
        raise RequestUnreadable("it holds a document type declaration, which XML-RPC does not have")
    if body.count(b"<") > MOST_TAGS:
        raise RequestTooLarge(f"{MOST_TAGS} tags")
    declared = _DECLARED.match(body)
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if encoding in _UTF8:
        return body
    if encoding not in _OTHERS:
        raise RequestUnreadable(f"its encoding {encoding!r} is not known here; use UTF-8")
    return body.decode(_OTHERS[encoding], "ignore").encode()


def _tree(body: bytes) -> etree._Element:
    try:
        return etree.fromstring(body, _parsers.own)
    except etree.XMLSyntaxError:
        mended = legal_document(body)
    try:
        return etree.fromstring(mended, _parsers.own)
    except etree.XMLSyntaxError as error:
        raise RequestUnreadable(f"its body is not well-formed XML ({error.msg})") from None


def _tag(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def only_value(holder: etree._Element) -> Wire:
    """The value inside a parameter or a fault; nothing when there is none."""
    for child in holder:
        if child.tag == "value":
            return _value(child, 1)
    return None


def _value(element: etree._Element, depth: int) -> Wire:
    for child in element:
        reader = _SCALARS.get(child.tag)
        if reader is not None:
            return reader(child.text or "")
        return _composed(child, depth)
    return element.text or ""


def _composed(element: etree._Element, depth: int) -> Wire:
    if depth > DEEPEST:
        raise RequestTooLarge(f"{DEEPEST} values within each other")
    tag = _tag(element)
    if tag == "struct":
        return dict(_member(each, depth) for each in element)
    if tag == "array":
        return [_value(each, depth + 1) for part in element for each in part]
    if tag == "nil":
        return None
    raise RequestUnreadable(f"it holds a value of the unknown type {tag[:100]!r}")


def _member(member: etree._Element, depth: int) -> tuple[str, Wire]:
    name, value = "", None
    for part in member:
        if part.tag == "name":
            name = part.text or ""
        elif part.tag == "value":
            value = _value(part, depth + 1)
    return name, value


def _as_text(written: str) -> Wire:
    return written


def _as_integer(written: str) -> Wire:
    return int(written) if _INT.fullmatch(word := written.strip()) else word


def _as_double(written: str) -> Wire:
    return float(written) if _DOUBLE.fullmatch(word := written.strip()) else word


def _as_boolean(written: str) -> Wire:
    word = written.strip()
    return {"1": True, "0": False, "true": True, "false": False}.get(word.lower(), word)


def _as_bytes(written: str) -> Wire:
    try:
        return base64.b64decode(written).decode("utf-8", "ignore")
    except ValueError:
        raise RequestUnreadable("it holds base64 that cannot be decoded") from None


# Numbers that are none stay text: whoever declared the parameter says which one it is and what to send instead.
_SCALARS: dict[str, Callable[[str], Wire]] = {
    "string": _as_text,
    "int": _as_integer,
    "i4": _as_integer,
    "i8": _as_integer,
    "double": _as_double,
    "boolean": _as_boolean,
    "base64": _as_bytes,
    "dateTime.iso8601": _as_text,
}


def document(outcome: Outcome) -> str:
    """The answer as a document: the declaration exactly first, no null, every scalar with its type."""
    if outcome.error is not None:
        said = written_value(dict(fault(outcome.error)))
        return f"{DECLARATION}<methodResponse><fault>{said}</fault></methodResponse>"
    said = written_value(outcome.value)
    return f"{DECLARATION}<methodResponse><params><param>{said}</param></params></methodResponse>"


DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def written_value(value: Wire) -> str:
    """The value as an element."""
    written: list[str] = []
    _write(value, written.append)
    return "".join(written)


def _write(value: Wire, add: Callable[[str], None]) -> None:
    if isinstance(value, str):
        add(f"<value><string>{escaped(value)}</string></value>")
    elif isinstance(value, bool):
        add(f"<value><boolean>{value:d}</boolean></value>")
    elif isinstance(value, int):
        add(f"<value><int>{value}</int></value>" if -LARGEST_INT <= value <= LARGEST_INT else _double(value))
    elif isinstance(value, float):
        add(_double(value))
    elif isinstance(value, dict):
        _write_struct(value, add)
    elif isinstance(value, list):
        _write_array(value, add)
    else:
        add("<value><string></string></value>")


def _write_struct(value: dict[str, Wire], add: Callable[[str], None]) -> None:
    add("<value><struct>")
    for name, each in value.items():
        add(_member_opened(name))
        _write(each, add)
        add("</member>")
    add("</struct></value>")


@cache  # only declared names get here
def _member_opened(name: str) -> str:
    return f"<member><name>{escaped(name)}</name>"


def _write_array(value: list[Wire], add: Callable[[str], None]) -> None:
    add("<value><array><data>")
    for each in value:
        _write(each, add)
    add("</data></array></value>")


def _double(value: float) -> str:
    written = repr(value)
    if "e" in written:  # XML-RPC knows no exponents
        written = f"{Decimal(written):f}"
    return f"<value><double>{written}</double></value>"


def escaped(text: str) -> str:
    """The text as it stands between tags."""
    # A bare carriage return would reach the client as a line feed.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
