"""The moderators' list of sites, and the public one, at 2 000 and at 200 000 sites in one run: CPU time of whole pages.

The first page, each filter, each order and a few filters together. The ratio is what a hundred times as many sites
cost; it has to stay at 3 or below for each line.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from rich.console import Console
from rich.table import Table

from benchmarks.search import cpu, hub
from benchmarks.world import NEWEST, OLDEST
from hub.access import Role
from hub.accounts import people
from hub.courses.models import Course, Kind, Standing
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.sites import keys, words
from hub.sites.models import Reachability, Site, SitePrivacy, SiteState, SiteText, SiteWord, Totals

SIZES = (2_000, 200_000)
BAR = 3.0
REPEATS = 7
BATCH = 5_000
PASSWORD = "a password for measurements"
TOWNS = ("north", "south", "east", "west", "river", "lake", "hill", "bridge", "forest", "castle", "abbey", "harbour")
SCHOOLS = ("school", "college", "university", "academy", "institute", "training", "library", "museum", "council")
COUNTRIES = ("US", "DE", "ES", "BR", "GB", "FR", "IN", "NO", "MT", "FJ")
COUNTRY_SHARES = (300, 180, 140, 120, 100, 80, 60, 15, 4, 1)
LANGUAGES = ("en", "de", "es", "pt_br", "fr", "eu")
RELEASES = ("4.5.6 (Build: 20250811)", "4.1.2 (Build: 20230313)", "3.9 (Build: 20200615)", "2.8.5 (Build: 20150310)")
LISTS: Mapping[str, str] = {
    "first page": "/admin/sites",
    "state: removed": "/admin/sites?state=removed",
    "state: all": "/admin/sites?state=all",
    "visible": "/admin/sites?visible=1",
    "hidden": "/admin/sites?visible=0",
    "trusted": "/admin/sites?trusted=1",
    "not trusted": "/admin/sites?trusted=0",
    "prioritised": "/admin/sites?prioritised=1",
    "country, common": "/admin/sites?countrycode=US",
    "country, rare": "/admin/sites?countrycode=FJ",
    "language": "/admin/sites?language=de",
    "version 4": "/admin/sites?version=4",
    "version 3.9": "/admin/sites?version=3.9",
    "unreachable": "/admin/sites?reachability=unreachable",
    "reachable": "/admin/sites?reachability=reachable",
    "registered since, all": "/admin/sites?since=2012-01-02",
    "registered since, few": "/admin/sites?since=2026-05-01",
    "courses waiting": "/admin/sites?waiting=1",
    "contact, one": "/admin/sites?contact=admin77@",
    "contact, all": "/admin/sites?contact=admin",
    "text, in all": "/admin/sites?search=moodle",
    "text, common": "/admin/sites?search=school",
    "text, rare": "/admin/sites?search=moodle77.example.org",
    "text, two words": "/admin/sites?search=north+school",
    "by name": "/admin/sites?sort=name",
    "by name, falling": "/admin/sites?sort=-name",
    "by registration": "/admin/sites?sort=-registered",
    "by change": "/admin/sites?sort=-updated",
    "by courses": "/admin/sites?sort=-courses",
    "by users": "/admin/sites?sort=-users",
    "by reachability": "/admin/sites?sort=-reachability",
    "country and trust": "/admin/sites?countrycode=DE&trusted=1&sort=name",
    "text and country": "/admin/sites?search=school&countrycode=NO",
    "five filters": "/admin/sites?countrycode=DE&trusted=0&language=de&version=4&visible=1&sort=-users",
    "what hardly occurs": "/admin/sites?countrycode=NO&language=eu&version=2.8",
    "public list": "/sites",
    "public list, country": "/sites?country=DE",
}

console = Console(width=120)


def main() -> None:
    """Measure both sizes in one run, and set them side by side."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of sites, small and large")
    arguments.add_argument("--postgresql", metavar="URL", help="measure there instead of SQLite")
    arguments.add_argument("--folder", type=Path, help="where SQLite keeps its databases meanwhile")
    given = arguments.parse_args()
    small, large = (int(size) for size in given.sizes.split(","))
    url = given.postgresql or "sqlite"
    measured = [measure(url, size, given.folder) for size in (small, large)]
    report(small, large, *measured)


def report(small: int, large: int, of_small: Mapping[str, float], of_large: Mapping[str, float]) -> None:
    """A line for each list; those above the bar in red."""
    table = Table("list", f"{small:,} sites, ms", f"{large:,} sites, ms", "ratio", title="Lists of sites, whole pages")
    for name, base in of_small.items():
        ratio = of_large[name] / base
        style = "bold red" if ratio > BAR else ""
        table.add_row(name, f"{base:.1f}", f"{of_large[name]:.1f}", f"{ratio:.1f}", style=style)
    console.print(table)


def measure(url: str, count: int, folder: Path | None = None) -> dict[str, float]:
    """CPU milliseconds of each list among ``count`` sites."""
    with hub(url, folder) as app:
        fill(count)
        client = signed_in(app)
        return {name: cpu(opening(client, address), REPEATS) for name, address in LISTS.items()}


def opening(client: FlaskClient, address: str) -> Callable[[], None]:
    """What is measured: the page at this address, which has been opened once before."""

    def act() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        db.session.remove()

    act()
    return act


def signed_in(app: Flask) -> FlaskClient:
    """A browser in which a moderator is signed in."""
    with transaction(db.session):
        people.create("measuring", "measuring@hub.example", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
    client = app.test_client()
    token = html.fromstring(client.get("/login").text).xpath("string(//form//input[@name='csrf_token']/@value)")
    client.post("/login", data={"csrf_token": str(token), "username": "measuring", "password": PASSWORD})
    return client


def fill(count: int) -> None:
    """Put ``count`` sites into an empty hub, with what they are found by, and a waiting course for one in 500."""
    with db.engine.begin() as connection:
        for start in range(1, count + 1, BATCH):
            rows = [site(number, count) for number in range(start, min(start + BATCH, count + 1))]
            connection.execute(sa.insert(Site), rows)
            connection.execute(sa.insert(SiteWord), [word for row in rows for word in words_of(row)])
            connection.execute(sa.insert(SiteText), [text_of(row) for row in rows])
        connection.execute(sa.insert(Course), list(courses(count)))
        connection.execute(sa.update(Totals).values(site_count=count))
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def site(number: int, count: int) -> dict[str, Any]:
    """One of ``count`` sites; what it is like does not depend on how many there are."""
    source = random.Random(number)
    at = OLDEST + (NEWEST - OLDEST) * (number / count)
    trusted = source.random() < 0.3
    row = {
        "id": number,
        "state": source.choices(list(SiteState), (92, 5, 3))[0],
        "url": f"https://moodle{number}.example.org",
        "url_key": f"moodle{number}.example.org",
        "secret_hash": f"{number:064x}",
        "signing_key": "",
        "name": f"{source.choice(TOWNS)} {source.choice(TOWNS)} {source.choice(SCHOOLS)} {number}".title(),
        "description": " ".join(source.choices(TOWNS + SCHOOLS, k=15)),
        "language": source.choices(LANGUAGES, (50, 20, 15, 10, 4, 1))[0],
        "country_code": source.choices(COUNTRIES, COUNTRY_SHARES)[0],
        "contact_name": f"Ada Admin {number}",
        "contact_email": f"admin{number}@moodle{number}.example.org",
        "privacy": SitePrivacy.LINKED,
        "moodle_release": source.choices(RELEASES, (60, 30, 9, 1))[0],
        "figures": {"courses": source.randrange(500), "users": source.randrange(90_000)},
        "visible": source.random() < 0.97,
        "trusted": trusted,
        "prioritised": trusted and source.random() < 0.05,
        "reachability": source.choices(list(Reachability), (5, 90, 3, 2))[0],
        "failure_count": source.choices((0, source.randrange(1, 90)), (95, 5))[0],
        "registered_at": at,
        "modified_at": at + timedelta(days=source.randrange(90)),
        "next_check_at": NEWEST,
    }
    return row | keys.derived(SimpleNamespace(**row))


def words_of(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The words of a site, as they are stored."""
    for word in keys.words_of(SimpleNamespace(**row)):
        yield {"word": word, "site_id": row["id"]}


def text_of(row: dict[str, Any]) -> dict[str, Any]:
    """The same in one text."""
    return {"site_id": row["id"], "words": words.joined(keys.words_of(SimpleNamespace(**row)))}


def courses(count: int) -> Iterator[dict[str, Any]]:
    """A course that waits, for one site in 500."""
    for number in range(1, count + 1, 500):
        yield {
            "id": number,
            "site_id": number,
            "course_id_on_site": number,
            "kind": Kind.ENROLLABLE,
            "standing": Standing.WAITING,
            "fullname": f"Course {number}",
            "published_at": NEWEST,
            "modified_at": NEWEST,
        }


if __name__ == "__main__":
    main()
