"""XML-RPC the other way round: calls that the hub makes, and the answers it gets, in the codec of those it serves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hub import fields
from hub.webservices.encodings import all_joined, style_of
from hub.webservices.exchange import Wire
from hub.webservices.faults import RequestTooLarge, RequestUnreadable
from hub.webservices.xmlrpc import DECLARATION, MethodCall, escaped, only_value, root_of, written_value

LONGEST_TEXT = 300
_CODE = re.compile(r"\| ERRORCODE: ([A-Za-z0-9_]{1,100})\s*$")


class AnswerNotXmlRpc(ValueError):
    """What came back is no answer to a call; says why in half a sentence."""


class RemoteFault(Exception):
    """The other side refused: ``text`` is what it said, ``key`` its name for the error, if it gave one."""

    def __init__(self, code: int, text: str) -> None:
        found = _CODE.search(text)
        self.code = code
        self.key = found[1] if found else ""
        self.text = fields.line(fields.plain(text[: found.start()] if found else text), LONGEST_TEXT)
        super().__init__(f"{code}: {self.text}")


def written(call: MethodCall) -> bytes:
    """The call as a document in UTF-8, every argument with its type."""
    arguments = "".join(f"<param>{written_value(each)}</param>" for each in call.arguments)
    name = f"<methodName>{escaped(call.name)}</methodName>"
    return f"{DECLARATION}<methodCall>{name}<params>{arguments}</params></methodCall>".encode()


def read(body: bytes) -> Wire:
    """The value that the answer carries; RemoteFault if it is a fault, AnswerNotXmlRpc if it is no answer at all."""
    try:
        value, is_fault = _read(body)
    except RequestUnreadable as error:
        raise AnswerNotXmlRpc(error.reason) from error
    except RequestTooLarge as error:
        raise AnswerNotXmlRpc(f"it holds more than {error.limit}") from error
    if style_of(body, "").bytewise:  # servers of the same age as the clients that spell UTF-8 byte by byte
        value = all_joined(value)
    if is_fault:
        raise _fault(value)
    return value


def _read(body: bytes) -> tuple[Wire, bool]:
    for part in root_of(body, "methodResponse"):
        if part.tag == "fault":
            return only_value(part), True
        if part.tag == "params" and len(part):
            return only_value(part[0]), False
    raise RequestUnreadable("it holds neither a value nor a fault")


def _fault(value: Wire) -> RemoteFault:
    told: Mapping[str, Wire] = value if isinstance(value, dict) else {}
    code = told.get("faultCode")
    return RemoteFault(code if isinstance(code, int) else 0, str(told.get("faultString") or ""))
