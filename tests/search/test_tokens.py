"""Listings and searches as tokens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.courses.models import Kind
from hub.search import tokens
from hub.search.criteria import CourseCriteria

EMPTY = ("shortname", "description", "publisher_name", "creator_name", "contributor_names", "coverage")
SILENT: dict[str, Any] = dict.fromkeys((*EMPTY, "subject", "licence", "audience", "educational_level"), "")


def listing(fullname: str, language: str = "en", **values: Any) -> Any:
    numbers = {"id": 7, "site_id": 3, "course_id_on_site": 70, "kind": Kind.ENROLLABLE, "outcomes": []}
    return SimpleNamespace(**numbers, **SILENT | {"fullname": fullname, "language": language} | values)


def plain(fullname: str, language: str = "") -> set[str]:
    """The words among the tokens, without stems, filters and the rest."""
    return {each for each in tokens.of_listing(listing(fullname, language)) if each[0] not in "~^=@*"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("École Ménagère", {"ecole", "menagere"}),
        ("STRASSE Straße", {"strasse"}),
        ("Søren Łódź İstanbul", {"soren", "lodz", "istanbul"}),
        ("ﬁnance ２０２４", {"finance", "2024"}),
        ("l’été snake_case e-mail", {"l", "ete", "snake", "case", "e", "mail"}),
        ("soft\u00adhyphen zero\u200bwidth", {"softhyphen", "zerowidth"}),
        ("الرِّياضِيَّات", {"الرياضيات"}),
        ("हिन्दी व्याकरण", {"हिन्दी", "व्याकरण"}),
        ("ЁЛКА", {"елка"}),
        ("%_*\"' () + - :", set()),
        ("", set()),
    ],
)
def test_words_are_folded_into_one_form(text: str, expected: set[str]) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("線形代数", {"線形", "形代", "代数"}),
        ("ガーデニング", {"ガー", "ーデ", "デニ", "ニン", "ング"}),
        ("한국어", {"한국", "국어"}),
        ("ภาษาไทย", {"ภา", "าษ", "ษา", "าไ", "ไท", "ทย"}),
        ("Python入門", {"python", "入門"}),
    ],
)
def test_text_without_spaces_becomes_pairs_of_neighbours(text: str, pairs: set[str]) -> None:
    assert {each for each in plain(text) if len(each) > 1} == pairs


def test_japanese_voicing_marks_are_no_accents() -> None:
    assert plain("か").isdisjoint(plain("が"))


def test_stems_stand_beside_the_words_in_the_language_of_the_listing() -> None:
    assert {"courses", "~cours"} <= tokens.of_listing(listing("Courses", "en_us"))
    assert {"etudiants", "~etudi"} <= tokens.of_listing(listing("Étudiants", "fr"))
    assert not any(each[0] == "~" for each in tokens.of_listing(listing("Kozi", "sw")))


def test_title_words_are_tokens_of_their_own() -> None:
    course = listing("Algebra", description="geometry")
    assert {"algebra", "^algebra", "geometry"} <= tokens.of_listing(course)
    assert "^geometry" not in tokens.of_listing(course)


def test_filters_know_the_base_language_and_every_parent_of_a_subject() -> None:
    made = tokens.of_listing(listing("X", "pt_br", subject="field1010203", licence="cc-4.0", audience="students"))
    assert {
        "@language:pt",
        "@subject:field101",
        "@subject:field10102",
        "@subject:field1010203",
        "@licence:cc-4.0",
        "@audience:students",
        "@kind:enrollable",
        "@site:3",
    } <= made


def test_a_filter_value_that_is_no_code_matches_only_itself() -> None:
    [sharp], [other] = (
        tokens.wanted(CourseCriteria(licence=value), [])[0].groups[0] for value in ('cc" OR *', "cc OR *")
    )
    assert sharp != other
    assert set('" ').isdisjoint(sharp)


def test_a_search_means_the_words_in_each_language_of_the_hub() -> None:
    *_, anywhere = tokens.wanted(CourseCriteria("étudiants"), ["fr", "ja"])
    assert anywhere.groups == (("etudiants", "~etudi"),)
    *_, chosen = tokens.wanted(CourseCriteria("courses", language="en_us"), ["fr"])
    assert chosen.groups[-1] == ("courses", "~cours")


def test_a_search_of_signs_alone_wants_what_no_listing_has() -> None:
    assert tokens.wanted(CourseCriteria("%"), ["en"])[-1].groups == ((),)


def test_a_search_looks_at_a_limited_number_of_words() -> None:
    *_, anywhere = tokens.wanted(CourseCriteria(" ".join(f"w{number}" for number in range(500))), ["en"])
    assert len(anywhere.groups) == tokens.MOST_WORDS


@given(st.text(), st.sampled_from(["en", "tr", "ar", "hi", "th", "zh_cn", ""]))
def test_no_token_can_break_a_match_expression_or_be_too_long_for_an_index(text: str, language: str) -> None:
    for token in tokens.of_listing(listing(text, language, description=text)):
        assert token
        assert set(token).isdisjoint("\"'\\ \n\0&|!()<>")
        assert len(token.encode()) <= 1024


@given(st.text())
def test_whatever_a_title_is_it_is_found_by_itself(text: str) -> None:
    made = tokens.of_listing(listing(text, "de"))
    for tier in tokens.wanted(CourseCriteria(text), ["de", "en"])[1:]:
        assert tier.groups == ((),) or all(set(group) & made for group in tier.groups)


@pytest.mark.parametrize("hidden", ["\u200b", "\u0640", "\u00ad"])
def test_marks_that_meet_when_what_stands_between_them_is_dropped_are_few(hidden: str) -> None:
    found = tokens.words("a" + ("\u1dc0\u1dc2" * 15 + hidden) * 20_000)
    assert len(found) == 1
    assert len(tokens.folded(found[0])) <= 2 * 30 + 1
