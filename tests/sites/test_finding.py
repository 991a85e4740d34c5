"""The list of sites: every filter and order, page by page, the same whether few or many fit."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest
from flask import Flask

from hub import clock
from hub.courses.models import Standing
from hub.database import transaction
from hub.extensions import db
from hub.sites import finding, keys, persons
from hub.sites.finding import Order, SiteCriteria
from hub.sites.models import Reachability, Site, SiteState
from tests.factories import make_course, make_site
from tests.support.pages import counted_statements

CRITERIA = (
    SiteCriteria(),
    SiteCriteria(state=None),
    SiteCriteria(state=SiteState.REMOVED),
    SiteCriteria(visible=True),
    SiteCriteria(trusted=False),
    SiteCriteria(prioritised=False, visible=False),
    SiteCriteria(country="br"),
    SiteCriteria(language="pt"),
    SiteCriteria(version="4"),
    SiteCriteria(version="3.9", trusted=True),
    SiteCriteria(reachability=Reachability.FAILING),
    SiteCriteria(since=(clock.now() - timedelta(days=20)).date()),
    SiteCriteria(contact="ada"),
    SiteCriteria(search="scho"),
    SiteCriteria(search="school north"),
    SiteCriteria(search="school", country="BR", state=None),
    SiteCriteria(waiting=True),
    SiteCriteria(version="nonsense"),
)


def fits(site: Site, asked: SiteCriteria, waiting: set[int]) -> bool:
    """The same conditions, said once more."""
    words = keys.words(f"{site.name} {site.url} {site.description}")
    release = site.moodle_release.split(" ")[0]
    return (
        asked.state in (None, site.state)
        and asked.visible in (None, site.visible)
        and asked.trusted in (None, site.trusted)
        and asked.prioritised in (None, site.prioritised)
        and asked.country.upper() in ("", site.country_code)
        and asked.language in ("", site.language.split("_")[0])
        and (not asked.version or release == asked.version or release.startswith(f"{asked.version}."))
        and asked.reachability in (None, site.reachability)
        and (asked.since is None or site.registered_at.date() >= asked.since)
        and site.contact_email.lower().startswith(asked.contact)
        and all(any(word.startswith(part) for word in words) for part in asked.search.split())
        and (not asked.waiting or site.id in waiting)
    )


@pytest.fixture
def sites(app: Flask) -> list[Site]:
    source = random.Random(7)
    made = []
    for number in range(60):
        trusted = source.random() < 0.4
        made.append(
            make_site(
                name=f"{source.choice(['North', 'South'])} {source.choice(['School', 'Ècole'])} {number % 7}",
                description=source.choice(["A school in the north", "About rivers"]),
                state=source.choices(list(SiteState), (8, 1, 1))[0],
                visible=source.random() < 0.8,
                trusted=trusted,
                prioritised=trusted and source.random() < 0.3,
                country_code=source.choice(["BR", "DE"]),
                language=source.choice(["pt", "pt_br", "de"]),
                moodle_release=source.choice(["4.5 (Build: 1)", "4.1.2", "3.9", ""]),
                reachability=source.choice(list(Reachability)),
                failure_count=source.randrange(3),
                contact_email=source.choice(["Ada@example.org", "bob@example.org"]),
                figures=source.choice([{}, {"courses": number % 5, "users": 9}, {"courses": -1}]),
                registered_at=clock.now() - timedelta(days=source.randrange(40)),
            )
        )
    make_course(made[3], standing=Standing.WAITING)
    return made


@pytest.mark.parametrize("few", [finding.FEW, 0], ids=["collected", "walked"])
def test_each_filter_finds_what_fits_and_each_order_is_kept_over_the_pages(
    sites: list[Site], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    for number, asked in enumerate(CRITERIA):
        expected = {site.id for site in sites if fits(site, asked, {sites[3].id})}
        for order, descending in itertools.product(list(Order)[number % 7 :: 7], (False, True)):
            criteria = SiteCriteria(**{**vars(asked), "order": order, "descending": descending})
            found = list(finding.every(criteria, batch=7))
            assert len(found) == len(expected), criteria
            assert {site.id for site in found} == expected, criteria
            ranks = [tuple(getattr(site, column.key) for column in order.columns) for site in found]
            assert ranks == sorted(ranks, reverse=descending), criteria
            assert finding.find(criteria).total == len(expected), criteria


@pytest.mark.parametrize("few", [finding.FEW, 0], ids=["collected", "walked"])
def test_pages_follow_and_precede_one_another(sites: list[Site], monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    asked = SiteCriteria(state=None, order=Order.COURSES, descending=True)
    whole = [site.id for site in finding.every(asked)]
    forwards, page = [], finding.find(asked, size=25)
    assert (page.has_previous, page.has_next) == (False, True)
    while page.has_next:
        forwards += [site.id for site in page.items]
        page = finding.find(asked, after=page.items[-1].id, size=25)
    assert forwards + [site.id for site in page.items] == whole
    back = finding.find(asked, before=page.items[0].id, size=25)
    assert [site.id for site in back.items] == whole[25:50]
    assert (back.has_previous, back.has_next) == (True, True)
    assert finding.find(asked, after=999_999).items == []


def test_a_count_ends_at_a_limit_and_says_so(sites: list[Site], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_COUNTED", 20)
    found = finding.find(SiteCriteria(state=None))
    assert (found.total, found.total_is_floor) == (20, True)


def test_the_statements_do_not_grow_with_the_sites(app: Flask) -> None:
    def statements() -> list[int]:
        counts = []
        for asked in CRITERIA:
            db.session.expire_all()
            with counted_statements() as seen:
                finding.find(asked)
            counts.append(len(seen))
        return counts

    make_site()
    few = statements()
    for _ in range(70):
        make_site(country_code="BR", name="School north")
    assert statements() == few
    assert max(few) <= 3


def test_what_a_site_newly_says_is_found_at_once_and_what_it_said_no_longer(app: Flask) -> None:
    site = make_site(name="Before")
    with transaction(db.session):
        site.name, site.contact_email = "Afterwards", "new@example.org"
    assert list(finding.every(SiteCriteria(search="bef"))) == []
    assert list(finding.every(SiteCriteria(search="after", contact="new@"))) == [site]


def test_a_contact_that_was_erased_finds_nothing(app: Flask) -> None:
    make_site(state=SiteState.REMOVED, left_at=clock.now() - timedelta(days=900), contact_email="gone@example.org")
    with transaction(db.session):
        persons.forget_contacts_of_left(clock.now())
    assert list(finding.every(SiteCriteria(state=None, contact="gone"))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Äpfel-Haus, 3. Stock", ["apfel", "haus", "3", "stock"]),
        ("https://MOODLE.uni-x.edu/a_b", ["https", "moodle", "uni", "x", "edu", "a", "b"]),
        ("北京大学", ["北", "京", "大", "学"]),
        ("ÉCOLE École", ["ecole"]),
        ("%_-!", []),
        ("x" * 90, ["x" * 60]),
    ],
)
def test_texts_become_words_without_case_and_accents(text: str, words: list[str]) -> None:
    assert keys.words(text) == words


@pytest.mark.parametrize(
    ("figures", "rank"),
    [
        ({}, -1),
        ({"courses": -1}, -1),
        ({"courses": 0}, 0),
        ({"courses": 12.5}, 12),
        ({"courses": "many"}, -1),
        (None, -1),
    ],
)
def test_a_figure_that_was_not_told_is_none(figures: dict[str, object] | None, rank: int) -> None:
    assert keys.figure(figures, "courses") == rank


def test_a_day_is_counted_from_its_midnight(app: Flask) -> None:
    site = make_site(registered_at=clock.now().replace(year=2020, month=5, day=4, hour=0, minute=0, second=0))
    assert list(finding.every(SiteCriteria(since=date(2020, 5, 4)))) == [site]
    assert list(finding.every(SiteCriteria(since=date(2020, 5, 5)))) == []
