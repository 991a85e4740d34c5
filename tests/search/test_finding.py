"""What a search finds, in which order, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from hub.courses.models import Course, Kind
from hub.search import postgresql, query, sqlite
from hub.search.criteria import CourseCriteria, Order
from hub.search.query import Found, find
from hub.search.results import load
from hub.sites.models import Site
from tests.factories import make_site
from tests.search.conftest import found

Publish = Callable[..., Course]
Counting = Callable[[], AbstractContextManager[list[str]]]


def test_words_are_found_in_any_order_form_and_spelling(publish: Publish) -> None:
    course = publish(
        "Introduction to linear algebra / algebre",
        description="All about vectors.",
        coverage="matrices, matrix",
        outcomes=["can use a tensor"],
    )
    publish("Geometry")
    for words in ("linear algebra", "ALGEBRA linear", "algebras", "algèbre linear", "introductions"):
        assert found(words) == [course.id], words
    for words in ("vectors", "vector", "matrix", "tensor"):
        assert found(words) == [course.id], words


def test_every_word_has_to_be_there(publish: Publish) -> None:
    publish("Linear algebra")
    assert found("linear geometry") == []


def test_listings_of_every_language_are_found(publish: Publish) -> None:
    listings = [
        ("線形代数の基礎", "ja", "基礎 代数"),
        ("ガーデニング", "ja", "ｶﾞｰﾃﾞﾆ"),
        ("北京历史", "zh_cn", "京"),
        ("대학교 수학", "ko", "수학"),
        ("คณิตศาสตร์เบื้องต้น", "th", "ศาสตร์"),
        ("مقدمة في الرياضيات", "ar", "رياضيات"),
        ("Основы программирования", "ru", "программирование"),
        ("Einführung in die Bücherkunde", "de", "bucherkunde"),
        ("Curso de programación", "es", "programacion"),
        ("Öğrenme kuramları", "tr", "ogrenme"),
        ("हिन्दी व्याकरण", "hi", "व्याकरण"),
    ]
    ids = [publish(title, language=language).id for title, language, _ in listings]
    for course_id, (title, _, words) in zip(ids, listings, strict=True):
        assert found(words) == [course_id], title


def test_signs_and_operators_have_no_power(publish: Publish) -> None:
    publish("Algebra")
    searches = [
        *("%", "_", "*", '"', "'", "\\", "%s", ":wanted0", "alg*", "alg%", "algebr_", "NEAR", "OR", "^geometry"),
        *("algebra OR geometry", "NOT geometry", "algebra AND", '"algebra" OR "*"', "-algebra geometry", "geometry:*"),
        *("tokens:algebra", "'algebra' | 'x'", "algebra & !geometry", "@kind:enrollable", "~geometri"),
    ]
    for words in searches:
        assert found(words) == [], words


def test_operators_are_words_like_any_other(publish: Publish) -> None:
    course = publish('Near or far? 100 % "quoted" C:\\ it\'s')
    publish("Algebra")
    assert found("NEAR OR") == [course.id]
    assert found('100% "quoted" it\'s') == [course.id]


def test_exact_title_then_words_in_the_title_then_anywhere(publish: Publish) -> None:
    anywhere = publish("Number theory", description="Needs algebra.", age=1)
    in_title = publish("Advanced algebra", age=2)
    exact = publish("ALGÈBRA!", age=3)
    assert found("algebra") == [exact.id, in_title.id, anywhere.id]
    assert found("algebra", order=Order.NEWEST) == [exact.id, in_title.id, anywhere.id]


def test_inside_a_tier_prioritised_sites_come_first_then_newest_then_the_higher_id(publish: Publish) -> None:
    preferred = make_site(trusted=True, prioritised=True)
    old = publish("Algebra 1", age=3)
    new = publish("Algebra 2", age=1)
    same = publish("Algebra 3", age=1)
    first = publish("Algebra 4", at=preferred, age=9)
    elsewhere = publish("Number theory", description="algebra", at=preferred)
    assert found("algebra") == [first.id, same.id, new.id, old.id, elsewhere.id]
    assert found() == [elsewhere.id, first.id, same.id, new.id, old.id]


def test_the_other_orders_know_no_priority_and_end_in_the_id(publish: Publish) -> None:
    preferred = make_site(trusted=True, prioritised=True)
    a = publish("Écologie", age=5, publisher_name="Zoe", at=preferred)
    b = publish("algebra", age=3, publisher_name="Émile")
    c = publish("Biology", age=3, publisher_name="emile", at=preferred)
    d = publish("Biology", age=1, publisher_name="Adam")
    assert found(order=Order.FULLNAME) == [b.id, c.id, d.id, a.id]
    assert found(order=Order.PUBLISHER) == [d.id, b.id, c.id, a.id]
    assert found(order=Order.ELDEST) == [a.id, b.id, c.id, d.id]
    assert found(order=Order.RATINGAVERAGE) == [d.id, c.id, b.id, a.id]


def test_filters_hold_together(publish: Publish, site: Site) -> None:
    course = publish(
        "Algebra",
        kind=Kind.DOWNLOADABLE,
        language="fr_ca",
        subject="field1010103",
        audience="students",
        educational_level="tertiary",
        licence="cc-4.0",
    )
    publish("Algebra", subject="field10201", audience="admins", licence="cc", educational_level="primary")
    for criteria in (
        {"kinds": frozenset({Kind.DOWNLOADABLE})},
        {"language": "fr"},
        {"language": "fr_fr"},
        {"subject": "field101"},
        {"subject": "field10101"},
        {"subject": "field1010103"},
        {"audience": "students"},
        {"educational_level": "tertiary"},
        {"licence": "cc-4.0"},
        {"ids": (course.id, 999)},
        {"ids_on_site": (course.course_id_on_site,)},
        {"site_id": site.id, "language": "fr", "licence": "cc-4.0"},
    ):
        assert found("algebra", **criteria) == [course.id], criteria
        assert found(**criteria) == [course.id], criteria


def test_an_unknown_filter_value_finds_nothing(publish: Publish) -> None:
    publish("Algebra")
    for name in ("language", "subject", "audience", "educational_level", "licence"):
        for value in ("unknown-value", "%", "*", '"', "stud", "x' OR 1"):
            assert find(CourseCriteria(**{name: value})) == Found([], 0), (name, value)


def test_neither_kind_and_no_ids_find_nothing(publish: Publish) -> None:
    publish("Algebra")
    assert find(CourseCriteria(kinds=frozenset())) == Found([], 0)
    assert find(CourseCriteria(ids=())) == Found([], 0)


def test_a_listing_without_language_is_found_unless_a_language_is_chosen(publish: Publish) -> None:
    course = publish("Algebra", language="")
    assert found("algebra") == [course.id]
    assert found("algebra", language="en") == []


def test_pages_follow_each_other_through_all_tiers(publish: Publish) -> None:
    for number in range(4):
        publish("Algebra", age=number)
        publish(f"Algebra {number}", age=number)
        publish(f"Course {number}", description="algebra", age=number)
    whole = found("algebra", limit=100)
    assert len(whole) == 12
    for size in (1, 5, 12):
        assert [each for start in range(0, 13, size) for each in found("algebra", start, size)] == whole


def test_the_total_is_exact_as_far_as_is_counted(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "COUNTED", 5)
    for number in range(7):
        publish(f"Algebra {number}", age=number)
    assert find(CourseCriteria("algebra 3")) == Found([found("3")[0]], 1)
    few = find(CourseCriteria("algebra"), limit=2)
    assert (few.total, few.total_is_floor, len(few.ids)) == (5, True, 2)
    last = find(CourseCriteria("algebra"), offset=5, limit=2)
    assert (last.total, last.total_is_floor, len(last.ids)) == (7, False, 2)
    beyond = find(CourseCriteria("algebra"), offset=7, limit=2)
    assert (beyond.total, beyond.total_is_floor, list(beyond.ids)) == (7, False, [])


def test_no_page_lies_deeper_than_can_be_afforded(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "COUNTED", 2)
    monkeypatch.setattr(query, "DEEPEST", 3)
    for number in range(5):
        publish(f"Algebra {number}", age=number)
    assert len(found("algebra", offset=2, limit=10)) == 1
    assert find(CourseCriteria("algebra"), offset=10**18) == Found([], 3)
    assert find(CourseCriteria("algebra"), offset=-5, limit=1).ids == found("algebra", limit=1)


@pytest.mark.parametrize("order", list(Order))
def test_the_number_of_statements_does_not_grow(publish: Publish, statements: Counting, order: Order) -> None:
    def count(words: str) -> int:
        with statements() as seen:
            load(find(CourseCriteria(words, order=order)).ids)
        return len(seen)

    publish("Algebra")
    once = count("algebra")
    for number in range(30):
        publish(f"Algebra {number}", at=make_site() if number % 10 == 0 else None)
    assert count("algebra") == once <= 7


@pytest.mark.sqlite
@pytest.mark.parametrize("order", [Order.FULLNAME, Order.PUBLISHER])
def test_walking_the_names_finds_what_sorting_finds(
    publish: Publish, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    for number in range(20):
        publish(f"{number * 7 % 20:02} algebra" if number % 3 else "Geometry", publisher_name=f"P{number % 5}")
    sorted_ones = [found("algebra", start, 4, order=order) for start in (0, 4, 8)]
    monkeypatch.setattr(sqlite, "_worth_walking", lambda wanted: 1)
    assert [found("algebra", start, 4, order=order) for start in (0, 4, 8)] == sorted_ones


@pytest.mark.postgresql
@pytest.mark.parametrize("order", list(Order))
def test_walking_finds_what_matching_finds_and_goes_no_further_than_it_pays(
    publish: Publish, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    for number in range(20):
        publish(f"{number * 7 % 20:02} algebra" if number % 3 else "Geometry", publisher_name=f"P{number % 5}")
    matched = [found("algebra", start, 4, order=order) for start in (0, 4, 8)]
    for reach in (1, 7, 1000):
        monkeypatch.setattr(postgresql._Search, "reach", lambda *_, reach=reach: reach)
        assert [found("algebra", start, 4, order=order) for start in (0, 4, 8)] == matched


def test_results_come_in_the_order_found_with_their_sites(
    app: Flask, publish: Publish, site: Site, statements: Counting
) -> None:
    courses = [publish(f"Algebra {number}").id for number in range(3)]
    asked = [courses[2], courses[0], 999, courses[1]]
    with statements() as seen:
        rows = load(asked)
        assert [(row.id, row.site.name) for row in rows] == [(each, site.name) for each in asked if each != 999]
    assert len(seen) == 1
    assert load([]) == []
