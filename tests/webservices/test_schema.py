"""What arguments may look like, and what results become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.webservices.exchange import Wire
from hub.webservices.faults import InvalidParameter
from hub.webservices.schema import (
    Misfit,
    Type,
    code,
    decimal,
    email,
    integer,
    many,
    raw,
    read_arguments,
    struct,
    text,
    url,
    yes_no,
)

COURSES = struct({"courses": many(struct({"fullname": text.up_to(20), "id": integer}, defaults={"id": 0}))})


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        (text, "Caf\u00e9", "Café"),
        (text, "Cafe\u0301", "Café"),
        (text, 7, "7"),
        (text, 2.5, "2.5"),
        (text, False, ""),
        (text, True, "1"),
        (text, None, ""),
        (text, [], ""),
        (text, "a\x0b\x00b", "ab"),
        (text, "two\r\nlines", "two\nlines"),
        (raw, " <p>a\r\n</p>\x00 ", " <p>a\r\n</p> "),
        (integer, 7, 7),
        (integer, "7", 7),
        (integer, " -7 ", -7),
        (integer, 7.0, 7),
        (integer, True, 1),
        (decimal, 2, 2.0),
        (decimal, "2.3333333333333", 2.3333333333333),
        (decimal, "1.0E+25", 1e25),
        (decimal, False, 0.0),
        (yes_no, 1, True),
        (yes_no, "0", False),
        (yes_no, "true", True),
        (yes_no, False, False),
        (yes_no, None, False),
        (yes_no, "", False),
        (url, "", ""),
        (url, False, ""),
        (url, "http://LOCALHOST:8080/m", "http://LOCALHOST:8080/m"),
        (email, "", ""),
        (email, "admin@example.com", "admin@example.com"),
        (code, "en_us", "en_us"),
        (code, "-", "-"),
        (code, "2017051501.03", "2017051501.03"),
        (many(integer), ["3", 9], [3, 9]),
        (many(integer), "", []),
        (many(integer), None, []),
        (struct({}), [], {}),
        (struct({}), "", {}),
        (struct({}), None, {}),
        (struct({}), {"unknown": 1}, {}),
    ],
)
def test_values_are_read_as_clients_write_them(kind: Type, written: Wire, read: object) -> None:
    assert kind.read(written) == read
    assert type(kind.read(written)) is type(read)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (text, ["a"]),
        (text, {"a": "b"}),
        (text.up_to(3), "abcd"),
        (raw, "a" * 1_000_001),
        (integer, ""),
        (integer, "abc"),
        (integer, "1.5"),
        (integer, 1.5),
        (integer, "1" * 5000),
        (integer, 2**63),
        (integer, [1]),
        (integer.between(0, 10), 11),
        (decimal, ""),
        (decimal, "1_000"),
        (decimal, "nan"),
        (decimal, "1e999"),
        (decimal, float("inf")),
        (decimal, {}),
        (yes_no, "abc"),
        (yes_no, ["1"]),
        (url, "javascript:alert(1)"),
        (url, "http://"),
        (email, "nobody"),
        (code, "a b"),
        (many(integer), "x"),
        (many(integer), {"a": 1}),
        (many(integer, longest=2), [1, 2, 3]),
        (struct({}), ["a"]),
        (struct({}), "a"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: Type, written: Wire) -> None:
    with pytest.raises(ValueError, match=r"write|must|shorten|send|not a mail address"):
        kind.read(written)


@pytest.mark.parametrize(
    ("given", "path", "advice"),
    [
        ({}, "courses", "is missing"),
        ({"courses": "x"}, "courses", "must be a list"),
        ({"courses": ["x"]}, "courses[0]", "must be a structure"),
        ({"courses": [{"fullname": "a"}, {}]}, "courses[1].fullname", "is missing"),
        ({"courses": [{"fullname": "a" * 21}]}, "courses[0].fullname", "shorten it to 20"),
        ({"courses": [{"fullname": "a", "id": "b"}]}, "courses[0].id", "write a whole number, not 'b'"),
    ],
)
def test_a_refusal_names_the_path_and_what_to_do(given: Wire, path: str, advice: str) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        read_arguments(COURSES, given)
    assert refusal.value.path == path
    assert path in refusal.value.message
    assert advice in refusal.value.message
    assert refusal.value.key == "invalidparameter"
    assert refusal.value.wire_class == "invalid_parameter_exception"


def test_a_path_leads_through_lists_of_lists() -> None:
    with pytest.raises(Misfit) as refusal:
        struct({"grid": many(many(integer))}).read({"grid": [[1], [2, "x"]]})
    assert refusal.value.path == "grid[1][1]"


@pytest.mark.parametrize("nothing", [None, "", []])
def test_an_optional_number_that_says_nothing_counts_as_missing(nothing: Wire) -> None:
    kind = struct(
        {"users": integer, "average": decimal, "ids": many(integer)}, defaults={"users": -1, "average": None, "ids": ()}
    )
    assert kind.read({"users": nothing, "average": nothing, "ids": nothing}) == {
        "users": -1,
        "average": None,
        "ids": (),
    }


def test_an_optional_value_without_default_stays_missing_but_empty_text_is_said() -> None:
    kind = struct({"name": text, "phone": text}, optional=["name", "phone"])
    assert kind.read({"name": None, "phone": ""}) == {"phone": ""}


def test_an_optional_key_must_be_a_key() -> None:
    with pytest.raises(ValueError, match="nmae"):
        struct({"name": text}, optional=["nmae"])


def test_answers_keep_the_declared_order_and_leave_out_optional_nothing() -> None:
    kind = struct({"id": integer, "name": text, "url": url, "size": integer}, optional=["url"])
    given = kind.give({"unknown": 1, "size": 2, "name": None, "url": None, "id": "3"})
    assert list(given.items()) == [("id", 3), ("name", ""), ("size", 2)]


def test_answers_hold_no_character_that_xml_cannot_carry() -> None:
    assert text.give("a\x00\x08\x0b\x1f\ud800\uffffb\t\n\ré😀") == "ab\t\n\ré😀"


@pytest.mark.parametrize(
    ("kind", "value"),
    [(integer, None), (decimal, float("nan")), (struct({"id": integer}), {}), (struct({"id": integer}), {"id": None})],
)
def test_an_answer_that_is_not_as_declared_is_an_error(kind: Type, value: object) -> None:
    with pytest.raises((TypeError, ValueError, LookupError)):
        kind.give(value)


@given(st.dictionaries(st.text(max_size=5), st.text() | st.integers() | st.floats() | st.booleans() | st.none()))
def test_unknown_keys_of_any_kind_are_ignored(unknown: dict[str, Wire]) -> None:
    kind = struct({"the one key": integer})
    assert kind.read({**unknown, "the one key": 1}) == {"the one key": 1}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=8))
def test_any_value_is_read_or_refused_with_a_path(value: Wire) -> None:
    assert _refused_path({"courses": [{"fullname": value}]}) in ("", "courses[0].fullname")


def _refused_path(given: Wire) -> str:
    try:
        read_arguments(COURSES, given)
    except InvalidParameter as refusal:
        return refusal.path
    return ""
