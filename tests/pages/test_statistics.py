"""The hub in figures: true ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from hub import clock
from hub.courses.models import Kind, Standing
from hub.extensions import db
from hub.frontpage import charts, figures
from hub.frontpage.charts import Row
from hub.frontpage.figures import release_of
from hub.sites import totals
from hub.sites.models import SiteState
from tests.factories import make_course, make_site
from tests.support.pages import Visitor, counted_statements

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def table(guest: Visitor, title: str) -> dict[str, str]:
    """The rows of the list of this title: words and number."""
    page = guest.get("/stats").page
    rows = page.xpath(f"//section[.//h2='{title}']//tbody/tr")
    return {row.xpath("string(th)").strip(): row.xpath("string(td[1])").strip() for row in rows}


def test_courses_are_counted_by_everything_that_describes_them(guest: Visitor) -> None:
    make_course(language="fr_ca", kind=Kind.DOWNLOADABLE, subject="field1020103", licence="cc-4.0", audience="admins")
    make_course(language="fr", educational_level="primary")
    make_course(language="", subject="none", audience="", educational_level="", licence="")
    assert table(guest, "Kinds of courses") == {"To download": "1", "To join online": "2"}
    assert table(guest, "Languages") == {"French": "2", "not told": "1"}
    assert table(guest, "Subjects") == {
        "Natural and Physical Science": "1",
        "Information Technology": "1",
        "not told": "1",
    }
    assert table(guest, "Levels") == {"Primary": "1", "Tertiary": "1", "not told": "1"}
    assert table(guest, "Audiences") == {"Administrators": "1", "Students": "1", "not told": "1"}
    assert table(guest, "Licences")["Creative Commons – Attribution 4.0"] == "1"


def test_each_picture_has_a_table_beside_it_and_a_file_with_everything(guest: Visitor) -> None:
    for number, code in enumerate(("DE", "FR", "FR", "ZZ", "")):
        make_course(make_site(country_code=code, figures={"users": 10 ** (number + 1)}), language="fr")
    page = guest.get("/stats").page
    for link in page.xpath("//a[contains(@href, '.csv')]/@href"):
        lines = guest.send("GET", link).text.splitlines()
        assert lines[0] == "value,count", link
        assert len(lines) > 1, link
    assert guest.send("GET", "/stats/countries.csv").text.splitlines()[1:] == ["FR,2", "DE,1", "ZZ,1"]
    guest.get("/stats/nothing.csv", 404)


def test_the_map_has_a_dot_for_each_country_the_large_ones_below(guest: Visitor) -> None:
    for code in ("FR", "FR", "FR", "MT", "ZZ"):
        make_site(country_code=code)
    db.session.commit()
    dots = guest.get("/stats").page.xpath("//*[local-name()='circle']")
    assert [each.xpath("string(*)") for each in dots] == ["France: 3", "Malta: 1"]
    assert float(dots[0].get("r")) > float(dots[1].get("r"))


def test_sites_are_classed_by_the_users_that_they_told(guest: Visitor) -> None:
    for users in (0, 9, 10, 700, -1, 10**12):
        make_site(figures={"users": users})
    db.session.commit()
    assert table(guest, "Sizes of the sites") == {
        "0 to 9 users": "2",
        "10 to 99 users": "1",
        "100 to 499 users": "0",
        "500 to 999 users": "1",
    }


def test_what_visitors_do_not_see_counts_nowhere(guest: Visitor) -> None:
    make_course(language="fr", standing=Standing.WAITING)
    site = make_site(country_code="FR", figures={"users": 9}, moodle_release="2.7")
    site.state = SiteState.UNREGISTERED
    totals.adjust(sites=-1)
    db.session.commit()
    assert table(guest, "Languages") == {}
    assert table(guest, "Countries") == {"Germany": "1"}
    assert table(guest, "What the sites told") == {}
    assert table(guest, "Releases of Moodle") == {"4.5": "1"}


def test_t_70_figures_that_were_not_told_are_never_summed(guest: Visitor) -> None:
    make_site(figures={"users": 100, "courses": -1, "posts": 10**12})
    make_site(figures={"users": -1, "questions": 2_500_000_000 // 3})
    make_site(figures={})
    assert table(guest, "What the sites told") == {"Users": "100", "Questions": "833,333,333"}


def test_sums_say_how_many_sites_told_them(guest: Visitor) -> None:
    make_site(figures={"users": 100})
    make_site(figures={"users": 0})
    make_site()
    [row] = guest.get("/stats").page.xpath("//section[.//h2='What the sites told']//tbody/tr")
    assert [cell.text_content() for cell in row] == ["Users", "100", "2 sites"]


def test_sites_are_counted_by_release_without_its_build(guest: Visitor) -> None:
    for release in ("4.5.6+ (Build: 20250816)", "4.5", "2.8.5 (Build: 20150309)", "", "nonsense"):
        make_site(moodle_release=release)
    assert table(guest, "Releases of Moodle") == {"4.5": "2", "2.8": "1", "not told": "2"}


def test_each_count_leads_to_the_courses_it_counts(guest: Visitor) -> None:
    make_course(fullname="Algèbre", language="fr")
    [address] = guest.get("/stats").page.xpath("//a[.='French']/@href")
    assert "Algèbre" in guest.get(address).words


def test_growth_counts_the_sites_of_today_at_the_end_of_each_month(app: Flask) -> None:
    make_site(registered_at=datetime(2020, 1, 1, tzinfo=UTC))
    make_site(registered_at=datetime(2026, 1, 31, 23, 59, 30, tzinfo=UTC))
    make_site(registered_at=datetime(2026, 3, 15, tzinfo=UTC))
    growth = figures.read(NOW).growth
    assert len(growth) == figures.MONTHS
    assert [count for _end, count in growth[-4:]] == [1, 2, 2, 3]
    assert growth[-2][0] == datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)


def test_figures_are_kept_while_nothing_came_or_went_and_not_for_long(app: Flask) -> None:
    make_site()
    known = figures.read(NOW)
    assert figures.read(NOW + figures.KEPT_FOR / 2, known) is known
    assert figures.read(NOW + figures.KEPT_FOR * 2, known) is not known
    make_site()
    assert figures.read(NOW, known).sites == 2


def test_a_site_that_comes_is_counted_at_once(guest: Visitor) -> None:
    make_site(country_code="FR")
    assert table(guest, "Countries") == {"France": "1"}
    make_site(country_code="FR")
    assert table(guest, "Countries") == {"France": "2"}


def test_the_page_costs_the_same_number_of_statements_however_much_there_is(guest: Visitor) -> None:
    make_course()
    with counted_statements() as few:
        guest.get("/stats")
    for number in range(5):
        make_course(make_site(country_code="FR"), language=("fr", "de", "es", "it", "pt")[number])
    with counted_statements() as many:
        guest.get("/stats")
    assert len(few) == len(many) <= 13


@pytest.mark.parametrize(
    ("release", "read"),
    [("4.5.6+ (Build: 20250816)", "4.5"), ("3.11", "3.11"), (" 2.8dev", "2.8"), ("x", ""), ("", "")],
)
def test_a_release_is_read_as_major_and_minor(release: str, read: str) -> None:
    assert release_of(release) == read


def test_long_lists_end_in_one_row_for_all_others() -> None:
    rows = charts._rows([(f"x{number}", 1) for number in range(charts.MOST_ROWS + 3)], str)
    assert rows[-1] == Row("others", 3)


def test_bars_are_as_long_as_their_share_and_never_invisible() -> None:
    assert [charts.share(count, 1000) for count in (1000, 500, 1, 0)] == [100, 50, 1, 0]
    assert charts.share(0, 0) == 0


def test_columns_stand_on_the_ground_and_reach_their_share() -> None:
    low, high = charts.columns([1, 2])
    assert (low.height, high.height) == (charts.HEIGHT / 2, charts.HEIGHT)
    assert (low.y, high.y) == (charts.HEIGHT / 2, 0)
    assert charts.columns([]) == []


def test_the_day_of_counting_is_told(guest: Visitor) -> None:
    with clock.fixed(NOW):
        assert "Counted on Mar 15, 2026." in guest.get("/stats").words
