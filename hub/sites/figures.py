"""The figures that sites tell, day by day. What a site did not tell is not there, and counts nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from hub import clock
from hub.extensions import db
from hub.sites.models import Site, SiteFigures

SHOWN = 60  # days with figures, in the table and the lines beside it
WIDTH, HEIGHT = 120, 28


@dataclass(frozen=True)
class Course:
    """One figure over time: the values of the days on which it was told, oldest first."""

    name: str
    days: Sequence[tuple[date, float]]

    @property
    def last(self) -> float:
        return self.days[-1][1]

    @property
    def change(self) -> float:
        """How much more it is than on the first day shown."""
        return self.last - self.days[0][1]

    @property
    def line(self) -> str:
        """The points of a small line, as SVG has them: time to the right, the largest value at the top."""
        values = [value for _, value in self.days]
        first, span = self.days[0][0].toordinal(), max((self.days[-1][0] - self.days[0][0]).days, 1)
        lowest, height = min(values), max(values) - min(values) or 1
        points = (
            (WIDTH * (day.toordinal() - first) / span, HEIGHT - 2 - (HEIGHT - 4) * (value - lowest) / height)
            for day, value in self.days
        )
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def of(site: Site, days: int = SHOWN) -> Sequence[SiteFigures]:
    """What the site told on the last days on which it told something, newest first."""
    newest = sa.select(SiteFigures).where(SiteFigures.site_id == site.id).order_by(SiteFigures.day.desc()).limit(days)
    return db.session.scalars(newest).all()


def courses(rows: Sequence[SiteFigures]) -> list[Course]:
    """Each figure over these days; those never told are left out."""
    names = dict.fromkeys(name for row in rows for name in row.figures)
    oldest_first = sorted(rows, key=lambda row: row.day)
    over_time = {
        name: [(row.day, row.figures[name]) for row in oldest_first if told(row.figures, name)] for name in names
    }
    return [Course(name, days) for name, days in over_time.items() if days]


def told(figures: Mapping[str, Any], name: str) -> bool:
    """Whether the figure is there: -1, and whatever is no number, means that it was not told."""
    value = figures.get(name)
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


@event.listens_for(Site, "after_insert")
@event.listens_for(Site, "after_update")
def _keep(_mapper: Mapper[Site], connection: Connection, site: Site) -> None:
    """Whenever a site has told figures they become the day's, the last ones of a day in place of earlier ones."""
    attributes = sa.inspect(site).attrs
    if site.figures and (attributes.figures.history.has_changes() or attributes.updated_at.history.has_changes()):
        today = {"site_id": site.id, "day": clock.now().date(), "figures": dict(site.figures)}
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        kept = insert(SiteFigures).values(today)
        connection.execute(
            kept.on_conflict_do_update(index_elements=["site_id", "day"], set_={"figures": kept.excluded.figures})
        )
