"""Search beside the original hub's query on the same data in the same run: CPU time, medians of ten mixed queries.

The original counts and pages by substring (LIKE on three columns, ordered by time). Ours is measured as its core (ten
ids and a count capped at 1001), with the ten rows, and as the whole page. CPU time is this process's and, on
PostgreSQL, that of the server process which works for it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import sqlalchemy as sa
from flask import Flask
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import world
from config import Config
from hub import create_app
from hub.courses.models import Course, Kind
from hub.database import transaction
from hub.extensions import db
from hub.search import backends, index
from hub.search.criteria import BOTH_KINDS, CourseCriteria, Order
from hub.search.query import find
from hub.search.results import load
from hub.settings import declared

SIZES = (10_000, 100_000, 1_000_000)
BAR = 1_000  # how many times cheaper the core has to be on SQLite with a million courses
REPEATS = 30
QUERIES = (
    CourseCriteria("introduction"),
    CourseCriteria("algebra"),
    CourseCriteria("quantum thermodynamics"),
    CourseCriteria("statistics", language="en"),
    CourseCriteria("étudiants"),
    CourseCriteria(kinds=frozenset({Kind.DOWNLOADABLE}), subject="field10101"),
    CourseCriteria("数学"),
    CourseCriteria("course students", kinds=frozenset({Kind.ENROLLABLE}), audience="students"),
    CourseCriteria("history", order=Order.FULLNAME),
    CourseCriteria("xylophone"),
)
WARMING_UP = CourseCriteria("workshop")

console = Console(width=130)


@dataclass(frozen=True)
class Measured:
    """CPU milliseconds of one query."""

    criteria: CourseCriteria
    hits: str
    original: float
    core: float
    first: float  # the core, the first time these words are searched
    rows: float  # the core and the ten rows
    page: float

    @property
    def ratio(self) -> float:
        return self.original / self.core


def main() -> None:
    """Measure every size on SQLite and, where a URL is given, on PostgreSQL."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of courses")
    arguments.add_argument("--postgresql", metavar="URL", help="SQLAlchemy URL of a server where databases may be made")
    arguments.add_argument("--folder", type=Path, help="where SQLite keeps its databases meanwhile")
    given = arguments.parse_args()
    summary = Table("database", "courses", "original ms", "core ms", "ratio", "first ms", "with rows ms", "page ms")
    for count in map(int, given.sizes.split(",")):
        for url in filter(None, ("sqlite", given.postgresql)):
            _report(summary, url, count, measure(url, count, given.folder))
    console.print(summary)


def measure(url: str, count: int, folder: Path | None = None) -> list[Measured]:
    """The cost of each query among ``count`` courses, on ``sqlite`` or the server of this URL."""
    with hub(url, folder) as app:
        return _measure_all(app, count)


def ratio(measured: list[Measured]) -> float:
    """How many times cheaper the core is than the original's query, median against median."""
    return statistics.median(each.original for each in measured) / statistics.median(each.core for each in measured)


@contextmanager
def hub(url: str, folder: Path | None) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory(dir=folder) as data, _database(url) as database_url:
        config = Config(data_dir=Path(data), url="http://bench.example", database_url=database_url)
        app = create_app(config)
        app.config["RATELIMIT_ENABLED"] = False
        with app.app_context():
            flask_migrate.upgrade()
            with transaction(db.session):
                declared.change("hubenabled", "1")
                declared.change("privacy", "search")
            yield app
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _database(url: str) -> Iterator[str | None]:
    if url == "sqlite":
        yield None
        return
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE hub_benchmark"))
        try:
            yield sa.make_url(url).set(database="hub_benchmark").render_as_string(hide_password=False)
        finally:
            connection.execute(sa.text("DROP DATABASE hub_benchmark WITH (FORCE)"))
    server.dispose()


def _measure_all(app: Flask, count: int) -> list[Measured]:
    _fill(count)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SET max_parallel_workers_per_gather = 0"))  # their time would not be counted
    find(WARMING_UP)
    app.test_client().get("/", query_string=WARMING_UP.args())
    return [_measure(app, criteria) for criteria in QUERIES]


def _fill(count: int) -> None:
    with Progress(console=console, transient=True) as progress:
        filling, indexing = (progress.add_task(name, total=count) for name in ("Courses", "Index"))
        with db.engine.begin() as connection:
            world.fill(connection, count, lambda done: progress.update(filling, completed=done))
        for batch in index.batches():
            with transaction(db.session):
                index.follow(batch)
            progress.advance(indexing, len(batch))
    with transaction(db.session):
        backends.current().tidy()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def _measure(app: Flask, criteria: CourseCriteria) -> Measured:
    first = cpu(lambda: find(criteria), 1)
    found = find(criteria)
    client = app.test_client()
    measured = Measured(
        criteria,
        f"{'> ' if found.total_is_floor else ''}{found.total}",
        cpu(lambda: _original(criteria), 1),
        cpu(lambda: find(criteria), REPEATS),
        first,
        cpu(lambda: load(find(criteria).ids), REPEATS),
        cpu(lambda: client.get("/", query_string=criteria.args()), 5),
    )
    assert client.get("/", query_string=criteria.args()).status_code == 200
    return measured


def _original(criteria: CourseCriteria) -> None:
    """What the original's front page asks: all that match, counted; then ten of them in order."""
    conditions = list(_original_conditions(criteria))
    db.session.execute(sa.select(sa.func.count()).select_from(Course).where(*conditions)).scalar_one()
    order = Course.fullname if criteria.order is Order.FULLNAME else Course.modified_at.desc()
    db.session.execute(sa.select(*Course.__table__.columns).where(*conditions).order_by(order).limit(10)).all()


def _original_conditions(criteria: CourseCriteria) -> Iterator[sa.ColumnElement[bool]]:
    yield Course.listed
    if criteria.words:
        pattern = f"%{criteria.words}%"
        yield sa.or_(*(_like(column, pattern) for column in (Course.fullname, Course.description, Course.coverage)))
    if criteria.kinds != BOTH_KINDS:
        yield Course.kind.in_(criteria.kinds)
    if criteria.subject:
        yield Course.subject.in_([key for key in world.SUBJECTS if criteria.subject in key])
    for column, value in ((Course.language, criteria.language), (Course.audience, criteria.audience)):
        if value:
            yield column == value


def _like(column: sa.orm.InstrumentedAttribute[str], pattern: str) -> sa.ColumnElement[bool]:
    # SQLite's LIKE ignores case by itself, and costs more when told to.
    return column.like(pattern) if db.engine.dialect.name == "sqlite" else column.ilike(pattern)


def cpu(act: Callable[[], object], repeats: int) -> float:
    server = _server()
    before = time.process_time() + server()
    for _ in range(repeats):
        act()
    return (time.process_time() + server() - before) / repeats * 1000


def _server() -> Callable[[], float]:
    """Tells the CPU seconds that the database's process of our connection has used; SQLite works in our own."""
    if db.engine.dialect.name == "sqlite":
        return lambda: 0.0
    used = Path(f"/proc/{db.session.scalar(sa.text('SELECT pg_backend_pid()'))}/schedstat")
    if not used.exists():
        raise SystemExit("The server's CPU time can only be read on its own machine: give the URL of a local one.")
    return lambda: int(used.read_text().split()[0]) / 1e9


def _report(summary: Table, url: str, count: int, measured: list[Measured]) -> None:
    name = "SQLite" if url == "sqlite" else "PostgreSQL"
    table = Table("query", "hits", "original ms", "core ms", "ratio", title=f"{name}, {count:,} courses")
    for each in measured:
        described = ", ".join(f"{name}={value}" for name, value in each.criteria.args().items())
        table.add_row(described, each.hits, f"{each.original:.1f}", f"{each.core:.3f}", f"{each.ratio:,.0f}")
    console.print(table)
    names = ("original", "core", "first", "rows", "page")
    median = {each: statistics.median(getattr(one, each) for one in measured) for each in names}
    cells = (f"{median['original']:.1f}", f"{median['core']:.3f}", f"{ratio(measured):,.0f}")
    summary.add_row(name, f"{count:,}", *cells, *(f"{median[each]:.3f}" for each in ("first", "rows", "page")))
    if url == "sqlite" and count >= SIZES[-1] and ratio(measured) < BAR:
        console.print(f"[bold red]Below the bar: the core has to be {BAR:,} times cheaper.")


if __name__ == "__main__":
    main()
