"""The XML-RPC dialect: documents read and written, byte by byte."""

from __future__ import annotations

import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.webservices.dispatch import Outcome
from hub.webservices.encodings import encoded
from hub.webservices.exchange import Wire
from hub.webservices.faults import InvalidToken, RequestTooLarge, RequestUnreadable
from hub.webservices.xmlrpc import document, parse
from tests.webservices.demo import method_call

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def only_value(xml: str) -> Wire:
    return parse(method_call("f", xml).encode()).arguments[0]


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<string>a</string>", "a"),
        ("<string></string>", ""),
        ("<string/>", ""),
        ("", ""),
        ("untyped &amp; bare", "untyped & bare"),
        ("\n  <string> kept </string>\n  ", " kept "),
        ("<string><![CDATA[<b>]]></string>", "<b>"),
        ("<string>a<!-- gone -->b</string>", "ab"),
        ("<int>7</int>", 7),
        ("<int> -7\n</int>", -7),
        ("<i4>7</i4>", 7),
        ("<i8>3000000000</i8>", 3_000_000_000),
        ("<int>seven</int>", "seven"),
        ("<int/>", ""),
        ("<int>1_000</int>", "1_000"),
        ("<double>2.333333</double>", 2.333333),
        ("<double>-1</double>", -1.0),
        ("<double>1.0E+25</double>", 1e25),
        ("<double>nan</double>", "nan"),
        ("<boolean>1</boolean>", True),
        ("<boolean>0</boolean>", False),
        ("<boolean>true</boolean>", True),
        ("<boolean>2</boolean>", "2"),
        ("<nil/>", None),
        ('<ex:nil xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions"/>', None),
        ("<base64>w6k=\n</base64>", "é"),
        ("<dateTime.iso8601>20260101T00:00:00</dateTime.iso8601>", "20260101T00:00:00"),
        ("<array><data/></array>", []),
        ("<array></array>", []),
        ("<array><data><value><int>1</int></value><value/></data></array>", [1, ""]),
        ("<struct/>", {}),
        ("<struct><member><value><int>1</int></value><name>n</name></member></struct>", {"n": 1}),
        ("<struct><member><name>n</name></member></struct>", {"n": None}),
        (
            "<struct> <member> <name>n</name> <value> <array> <data> </data> </array> </value> </member> </struct>",
            {"n": []},
        ),
    ],
)
def test_every_way_of_writing_a_value_is_read(xml: str, value: Wire) -> None:
    assert only_value(xml) == value
    assert type(only_value(xml)) is type(value)


@pytest.mark.parametrize("params", ["", "<params/>", "<params></params>", "<params>\n </params>"])
def test_a_call_may_come_without_parameters(params: str) -> None:
    assert parse(f"<methodCall><methodName> f </methodName>{params}</methodCall>".encode()) == ("f", [])


def test_a_parameter_without_value_is_nothing() -> None:
    assert parse(b"<methodCall><methodName>f</methodName><params><param/></params></methodCall>").arguments == [None]


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n \t", b"\xef\xbb\xbf\r\n"])
def test_marks_and_space_before_the_document_are_skipped(before: bytes) -> None:
    assert parse(before + method_call("f", "<string>é</string>").encode()) == ("f", ["é"])


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8"),
        ("US-ASCII", "utf-8"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
    ],
)
def test_a_declared_encoding_is_obeyed(declared: str, codec: str) -> None:
    call = method_call("f", "<string>é</string>").replace("UTF-8", declared)
    assert parse(call.encode(codec)).arguments == ["é"]


def test_pasted_control_characters_and_broken_bytes_do_not_cost_the_call() -> None:
    call = method_call("f", "<string>a\x0b&#11;</string>").encode().replace(b"</string>", b"\xff</string>")
    assert parse(call).arguments == ["a"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no XML document"),
        (b"wstoken=a", "no XML document"),
        (b"<methodCall><oops", "not well-formed"),
        (b"<html/>", "root element is 'html'"),
        (b"<methodCall/>", "methodName is missing"),
        (b"<methodCall><methodName> </methodName></methodCall>", "methodName is missing"),
        (b"<?xml version='1.0' encoding='UTF-7'?><methodCall/>", "encoding 'utf-7' is not known"),
        (method_call("f", "<date>1</date>").encode(), "unknown type 'date'"),
        (method_call("f", "<base64>a</base64>").encode(), "base64"),
        (b"<methodCall><methodName>f</methodName>&nbsp;</methodCall>", "not well-formed"),
        (method_call("f").encode("utf-16"), "no XML document"),
    ],
)
def test_what_is_no_call_is_refused_in_words(body: bytes, says: str) -> None:
    with pytest.raises(RequestUnreadable, match=says) as refusal:
        parse(body)
    assert refusal.value.fault_code == 23604497


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">'
    + b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><methodCall><methodName>&l9;</methodName></methodCall>"
)
OUTSIDE_FILE = (
    b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b"<methodCall><methodName>f</methodName><params><param><value>&x;</value></param></params></methodCall>"
)


@pytest.mark.parametrize(
    "body", [BILLION_LAUGHS, OUTSIDE_FILE, b'<!DOCTYPE m SYSTEM "http://127.0.0.1/"><methodCall/>']
)
def test_a_document_type_is_refused_before_it_is_read(body: bytes) -> None:
    with pytest.raises(RequestUnreadable, match="document type"):
        parse(body)


def test_nesting_of_two_hundred_thousand_is_refused() -> None:
    body = b"<methodCall><methodName>f</methodName>" + b"<array>" * 199_000
    with pytest.raises(RequestUnreadable, match="not well-formed"):
        parse(body)


def test_values_nested_deeper_than_any_call_needs_are_refused() -> None:
    nested = "<array><data><value>" * 40 + "</value></data></array>" * 40
    with pytest.raises(RequestTooLarge, match="30 values within each other"):
        only_value(nested)


def test_more_elements_than_any_call_needs_are_refused() -> None:
    with pytest.raises(RequestTooLarge, match="tags"):
        only_value("<array><data>" + "<value/>" * 200_000 + "</data></array>")


def test_calls_read_in_many_threads_at_once_do_not_mix() -> None:
    calls = [method_call(f"f{number}", f"<int>{number}</int>").encode() for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(parse, calls)) == [(f"f{number}", [number]) for number in range(200)]


@pytest.mark.parametrize(
    ("value", "xml"),
    [
        ("a", "<value><string>a</string></value>"),
        ("", "<value><string></string></value>"),
        ("<&>\r\n\"'", "<value><string>&lt;&amp;&gt;&#13;\n\"'</string></value>"),
        (7, "<value><int>7</int></value>"),
        (2_147_483_647, "<value><int>2147483647</int></value>"),
        (2_147_483_648, "<value><double>2147483648</double></value>"),
        (-3_000_000_000, "<value><double>-3000000000</double></value>"),
        (2.5, "<value><double>2.5</double></value>"),
        (1.5e-7, "<value><double>0.00000015</double></value>"),
        (1e25, "<value><double>10000000000000000000000000</double></value>"),
        (True, "<value><boolean>1</boolean></value>"),
        (False, "<value><boolean>0</boolean></value>"),
        (None, "<value><string></string></value>"),
        ([], "<value><array><data></data></array></value>"),
        ([1, "a"], "<value><array><data><value><int>1</int></value><value><string>a</string></value></data></array>"
            "</value>"),
        ({}, "<value><struct></struct></value>"),
        ({"b": 1, "a": []}, "<value><struct><member><name>b</name><value><int>1</int></value></member>"
            "<member><name>a</name><value><array><data></data></array></value></member></struct></value>"),
    ],
)  # fmt: skip
def test_every_scalar_is_written_with_its_type(value: Wire, xml: str) -> None:
    expected = f"{DECLARATION}<methodResponse><params><param>{xml}</param></params></methodResponse>"
    assert document(Outcome(value=value)) == expected


def test_a_fault_is_written_in_the_form_that_both_kinds_of_client_read() -> None:
    written = document(Outcome(error=InvalidToken()))
    assert written.startswith(
        f"{DECLARATION}<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>89159464</int>"
        "</value></member><member><name>faultString</name><value><string>Invalid token"
    )
    assert written.endswith(
        " | ERRORCODE: invalidtoken</string></value></member></struct></value></fault></methodResponse>"
    )


printable = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
values = st.recursive(
    st.booleans() | st.integers(-(2**31) + 1, 2**31 - 1) | st.floats(allow_nan=False, allow_infinity=False) | printable,
    lambda inner: st.lists(inner) | st.dictionaries(printable, inner),
    max_leaves=10,
)


@given(values)
def test_another_reader_of_xmlrpc_gets_every_value_back(value: Wire) -> None:
    (received,), _ = xmlrpc.client.loads(encoded(document(Outcome(value=value)), references=False))
    assert received == value


@given(values)
def test_another_writer_of_xmlrpc_is_understood(value: Wire) -> None:
    call = parse(xmlrpc.client.dumps((value,), "hub_get_courses").encode())
    assert call == ("hub_get_courses", [value])


@given(st.binary())
def test_no_bytes_at_all_break_the_reader(body: bytes) -> None:
    for each in (body, b"<methodCall>" + body, method_call("f").encode() + body):
        assert _refused_or_read(each)


def _refused_or_read(body: bytes) -> str:
    try:
        return parse(body).name
    except RequestUnreadable as refusal:
        return refusal.message
