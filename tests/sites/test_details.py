"""What a site says about itself, read once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sites.details import EXTRAS, FIGURES, STATISTICS, SiteDetails
from hub.sites.models import Site, SitePrivacy

NAMES = [*SiteDetails.wire_names(), *FIGURES, *EXTRAS, *STATISTICS, "Xlanguage", "address", "unknown"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_nothing_that_a_site_says_breaks_the_reader(said: dict[str, Any]) -> None:
    details = SiteDetails.parse_redirect(said)
    read_back = SiteDetails.parse(json.loads(json.dumps(details.wire_form())))
    assert replace(read_back, told=details.told) == details


@pytest.mark.parametrize("value", ["-1", "-1.0", "nan", "inf", "-inf", "many", "", None, False, "1e400", [], {}])
def test_assertion_036_what_is_no_figure_is_not_told(value: object) -> None:
    assert SiteDetails.parse({"users": value}).figures == {}


@pytest.mark.parametrize(
    ("value", "figure"), [("12", 12), (12, 12), ("12.0", 12), (2.5, 2.5), ("0", 0), (0, 0), (True, 1)]
)
def test_figures_come_in_many_spellings(value: object, figure: float) -> None:
    assert SiteDetails.parse({"users": value}).figures == {"users": figure}


@pytest.mark.parametrize(
    ("version", "release", "figures"),
    [
        ("2010112400", "2.0", {}),
        ("2012120311.05", "2.4.11", {}),
        ("", "2.4.11+ (Build: 20140710)", {}),
        ("2013051400", "2.5", {"courses": 1}),
        ("", "2.10", {"courses": 1}),
        ("", "3.4", {"courses": 1}),
        ("", "", {"courses": 1}),
    ],
)
def test_assertion_020_only_the_redirects_of_2_0_to_2_4_send_ticks(
    version: str, release: str, figures: dict[str, int]
) -> None:
    said = {"courses": "1", "moodleversion": version, "moodlerelease": release}
    assert SiteDetails.parse_redirect(said).figures == figures
    assert SiteDetails.parse(said).figures == {"courses": 1}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("http://", ""),
        ("a@b@c", ""),
        ("Ada <ada@example.org>", ""),
        ("ada@example.org\nBcc: x@example.org", ""),
        (" ada@EXAMPLE.org ", "ada@example.org"),
        ("0", ""),
    ],
)
def test_a_contact_address_is_one_or_nothing(said: str, kept: str) -> None:
    assert SiteDetails.parse({"contactemail": said}).contact_email == kept


def test_codes_are_cleaned_and_never_refused() -> None:
    details = SiteDetails.parse(
        {"countrycode": "de", "regioncode": "-", "language": "PT-br", "privacy": "LINKED", "moodleversion": "x"}
    )
    assert (details.country_code, details.region_code, details.language) == ("DE", "", "pt_br")
    assert (details.privacy, details.moodle_version) == (SitePrivacy.LINKED, "")
    assert SiteDetails.parse({"countrycode": "Germany"}).country_code == ""


def test_assertion_022_the_right_name_wins_over_its_stand_in() -> None:
    assert SiteDetails.parse({"language": "de", "Xlanguage": "fr"}).language == "de"
    assert SiteDetails.parse({"street": "A", "address": "B"}).street == "A"


def test_control_characters_and_lone_surrogates_do_not_survive() -> None:
    details = SiteDetails.parse({"name": "a\x00b\ud800c\x0bd", "pluginusage": '{"a": "\ud800"}'})
    assert details.name == "abcd"
    json.dumps(dict(details.extras)).encode()


@pytest.mark.parametrize("said", ["<b>bold</b>", "<<b>script>alert(1)</script>", "<img src=x", "<!--x", "<?php"])
def test_assertion_018_no_tag_survives_not_even_one_made_of_others(said: str) -> None:
    for name in (SiteDetails.parse({"name": said}).name, SiteDetails.parse({"description": said}).description):
        assert "<" not in name
    assert SiteDetails.parse({"name": "1 < 2 & 3 > 2"}).name == "1 < 2 & 3 > 2"


def test_only_what_was_told_is_written_unless_it_is_complete() -> None:
    site = Site(name="Before", street="Street 1", figures={"courses": 1}, extras={})
    assert SiteDetails.parse({"name": "After"}).describe(site, completely=False) == ["name"]
    assert (site.name, site.street, site.figures) == ("After", "Street 1", {"courses": 1})
    SiteDetails.parse({"name": "After"}).describe(site, completely=True)
    assert (site.name, site.street, site.figures) == ("After", "", {})
