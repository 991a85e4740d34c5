"""The fixed lists of the field."""

from __future__ import annotations

from flask import Flask

from hub.vocabulary import countries, languages, licences, subjects


def test_the_taxonomy_has_its_439_keys_on_three_levels() -> None:
    sizes = [len(key) for key in subjects.TITLES]
    assert (sizes.count(8), sizes.count(10), sizes.count(12)) == (12, 71, 356)


def test_every_key_below_the_top_has_its_parent() -> None:
    assert all(key[:-2] in subjects.TITLES for key in subjects.TITLES if len(key) > 8)


def test_a_subject_is_found_by_its_ancestors() -> None:
    assert subjects.ancestors("field1010101") == ("field101", "field10101", "field1010101")
    assert subjects.path("field1010101") == ("Natural and Physical Science", "Mathematical Sciences", "Mathematics")


def test_an_unknown_subject_stands_for_itself_and_none_for_nothing() -> None:
    assert subjects.title("field9999999") == "field9999999"
    assert subjects.title("none") == ""


def test_regional_language_packs_belong_to_their_language() -> None:
    assert [languages.base(code) for code in ("pt_br", "en-US", "zh_cn", "iw", "", "<b>")] == [
        "pt", "en", "zh", "he", "", "",
    ]  # fmt: skip
    assert languages.name("pt_br", "fr") == "portugais"


def test_a_licence_with_a_version_is_known_by_its_family(app: Flask) -> None:
    with app.test_request_context():
        assert licences.title("cc-nc-4.0") == "Creative Commons – NonCommercial 4.0"
        assert licences.title("our-own") == "our-own"


def test_countries_are_named_in_the_readers_language() -> None:
    assert countries.name("de", "fr") == "Allemagne"
    assert countries.name("XX") == "XX"
