"""The REST dialect: PHP's bracket notation read, JSON and XML written."""

from __future__ import annotations

import json
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.webservices import rest
from hub.webservices.dispatch import Outcome
from hub.webservices.exchange import Wire
from hub.webservices.faults import InvalidToken, RequestTooLarge
from hub.webservices.rest import variables_of


@pytest.mark.parametrize(
    ("encoded", "variables"),
    [
        (b"", {}),
        (b"a=1", {"a": "1"}),
        (b"a", {"a": ""}),
        (b"a=&b", {"a": "", "b": ""}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a=b%20c+d%2B", {"a": "b c d+"}),
        (b"a=Caf%C3%A9", {"a": "Café"}),
        ("a=Café".encode(), {"a": "Café"}),
        (b"a=%FFx", {"a": "x"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"a%5B0%5D=x&a%5B1%5D=y", {"a": ["x", "y"]}),
        (b"a[]=x&a[]=y", {"a": ["x", "y"]}),
        (b"a[5]=x&a[]=y&a[2]=z", {"a": ["z", "x", "y"]}),
        (b"a[b]=x&a[b]=y", {"a": {"b": "y"}}),
        (b"a[0][b]=x&a[0][c][]=y", {"a": [{"b": "x", "c": ["y"]}]}),
        (b"a[b]=x&a=y", {"a": "y"}),
        (b"a=y&a[b]=x", {"a": {"b": "x"}}),
        (b"a[0]=x&a[b]=y", {"a": {"0": "x", "b": "y"}}),
        (b"a[999999999999999999999]=x", {"a": {"999999999999999999999": "x"}}),
        (b"a[\xd9\xa3]=x", {"a": {"٣": "x"}}),
        (b"a[b=x", {"a[b": "x"}),
        (b"[a]=x", {"[a]": "x"}),
        (b"a]=x", {"a]": "x"}),
        (b"a[b]c=x", {"a": {"b": "x"}}),
        (b"a[b][c=x", {"a": {"b": "x"}}),
        (b"siteinfo[pluginusage]=%7B%22mod%22%3A1%7D", {"siteinfo": {"pluginusage": '{"mod":1}'}}),
    ],
)
def test_names_in_brackets_are_read_as_php_reads_them(encoded: bytes, variables: object) -> None:
    assert variables_of(encoded) == variables


def flattened(name: str, value: Wire) -> list[str]:
    """The pairs that PHP's http_build_query makes of a value."""
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in flattened(f"{name}[{key}]", each)]
    if isinstance(value, list):
        return [pair for key, each in enumerate(value) for pair in flattened(f"{name}[{key}]", each)]
    return [f"{quote_plus(name)}={quote_plus(str(value))}"]


keys = st.from_regex(r"[a-z_]{1,10}", fullmatch=True)
nested = st.recursive(
    st.text(),
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(keys, inner, min_size=1, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(keys, nested, max_size=4))
def test_what_php_flattens_is_rebuilt(arguments: dict[str, Wire]) -> None:
    pairs = [pair for name, value in arguments.items() for pair in flattened(name, value)]
    assert variables_of("&".join(pairs).encode()) == arguments


@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_some_variables(encoded: bytes) -> None:
    assert isinstance(variables_of(encoded), dict)


def test_twenty_thousand_variables_are_read_and_one_more_is_refused() -> None:
    variables = b"&".join(b"a[%d]=1" % n for n in range(rest.MOST_VARIABLES))
    assert len(variables_of(variables)["a"]) == rest.MOST_VARIABLES
    with pytest.raises(RequestTooLarge, match="20000 variables"):
        variables_of(variables + b"&a=1")


def test_twenty_thousand_appended_values_are_counted_on_without_looking_back() -> None:
    assert len(variables_of(b"&".join([b"a[]=1"] * rest.MOST_VARIABLES))["a"]) == rest.MOST_VARIABLES


def test_ten_brackets_are_read_and_one_more_is_refused() -> None:
    assert variables_of(b"a" + b"[b]" * 10 + b"=1")
    with pytest.raises(RequestTooLarge, match="10 brackets"):
        variables_of(b"a" + b"[b]" * 11 + b"=1")
    with pytest.raises(RequestTooLarge, match="10 brackets"):
        variables_of(b"a" + b"[b]" * 200_000 + b"=1")


def written(value: Wire, form: str) -> str:
    return rest.answer("POST", {"moodlewsrestformat": form}, lambda _: Outcome(value=value)).body.decode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (1, "1"),
        ([7], "[7]"),
        ("é/", '"é/"'),
        ({"courses": [], "coursetotal": 0}, '{"courses":[],"coursetotal":0}'),
        ({"backupsize": 3_000_000_000}, '{"backupsize":3000000000}'),
    ],
)
def test_json_is_the_value_itself(value: Wire, text: str) -> None:
    assert written(value, "json") == text


XML = '<?xml version="1.0" encoding="UTF-8" ?>\n<RESPONSE>\n{}</RESPONSE>\n'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "<VALUE>1</VALUE>\n"),
        (False, "<VALUE>0</VALUE>\n"),
        (None, '<VALUE null="null"/>\n'),
        ('<é> & "q"', "<VALUE>&lt;é&gt; &amp; &quot;q&quot;</VALUE>\n"),
        ([7, 8], "<MULTIPLE>\n<VALUE>7</VALUE>\n<VALUE>8</VALUE>\n</MULTIPLE>\n"),
        ([], "<MULTIPLE>\n</MULTIPLE>\n"),
        ({"a": 1, "b": []}, '<SINGLE>\n<KEY name="a"><VALUE>1</VALUE>\n</KEY>\n<KEY name="b"><MULTIPLE>\n</MULTIPLE>\n'
            "</KEY>\n</SINGLE>\n"),
    ],
)  # fmt: skip
def test_xml_is_laid_out_as_moodle_lays_it_out(value: Wire, text: str) -> None:
    assert written(value, "xml") == XML.format(text)
    assert written(value, "anything else") == XML.format(text)


def test_an_error_has_the_same_three_parts_in_both_formats() -> None:
    def refuse(_: object) -> Outcome:
        return Outcome(error=InvalidToken())

    said = json.loads(rest.answer("GET", {"moodlewsrestformat": "json"}, refuse).body)
    assert list(said) == ["exception", "errorcode", "message"]
    document = rest.answer("GET", {}, refuse)
    assert document.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<EXCEPTION class="moodle_exception">\n'
        f"<ERRORCODE>invalidtoken</ERRORCODE>\n<MESSAGE>{said['message']}</MESSAGE>\n</EXCEPTION>\n"
    )
    assert document.content_type == "application/xml; charset=utf-8"
    assert document.headers == {"Content-Disposition": 'inline; filename="response.xml"'}
