"""From the front page's parameters to criteria."""

from __future__ import annotations

import pytest

from hub.courses.models import Kind
from hub.search.criteria import BOTH_KINDS, CourseCriteria, Order, page_number


def test_a_search_alone_looks_at_both_kinds_and_all_languages() -> None:
    criteria = CourseCriteria.from_args({"search": " linear \n algebra "})
    assert criteria == CourseCriteria(words="linear algebra")
    assert criteria.kinds == BOTH_KINDS
    assert criteria.language == ""


@pytest.mark.parametrize(
    ("sent", "kinds"),
    [("1", {Kind.DOWNLOADABLE}), ("0", {Kind.ENROLLABLE}), ("", BOTH_KINDS), ("all", BOTH_KINDS), ("x", BOTH_KINDS)],
)
def test_downloadable_says_which_kind(sent: str, kinds: set[Kind]) -> None:
    assert CourseCriteria.from_args({"downloadable": sent}).kinds == kinds


def test_every_filter_of_the_front_page_is_read() -> None:
    args = {
        "search": "stars",
        "downloadable": "1",
        "audience": "students",
        "educationallevel": "tertiary",
        "subject": "field101",
        "licence": "cc-4.0",
        "language": "fr",
        "orderby": "fullname",
    }
    criteria = CourseCriteria.from_args(args)
    assert criteria == CourseCriteria(
        words="stars",
        kinds=frozenset({Kind.DOWNLOADABLE}),
        audience="students",
        educational_level="tertiary",
        subject="field101",
        licence="cc-4.0",
        language="fr",
        order=Order.FULLNAME,
    )
    assert criteria.args() == args


def test_all_means_no_filter_and_the_original_s_ignored_parameters_stay_ignored() -> None:
    names = ("audience", "educationallevel", "subject", "licence", "language", "coverage", "siteid")
    assert CourseCriteria.from_args(dict.fromkeys(names, "all") | {"lastmodified": "7"}) == CourseCriteria()


@pytest.mark.parametrize(
    ("sent", "order"),
    [("", Order.UNCHOSEN), ("newest", Order.NEWEST), ("Eldest", Order.ELDEST), ("nonsense", Order.NEWEST)],
)
def test_an_order_that_is_none_is_newest(sent: str, order: Order) -> None:
    assert CourseCriteria.from_args({"orderby": sent}).order is order


def test_a_very_long_search_is_cut() -> None:
    assert len(CourseCriteria.from_args({"search": "long " * 1000}).words) <= 500


@pytest.mark.parametrize(("sent", "page"), [("", 0), ("3", 3), ("-1", 0), ("x", 0), ("9" * 30, 0)])
def test_the_page_is_a_number_from_0(sent: str, page: int) -> None:
    assert page_number({"page": sent}) == page
