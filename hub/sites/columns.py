"""The headings of the list of sites: each sorts by itself, and back when it is chosen again."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from hub.sites.finding import Order, SiteCriteria

COLUMNS: tuple[tuple[Order, LazyString], ...] = (
    (Order.NAME, _("Site")),
    (Order.STANDING, _("Standing")),
    (Order.REACHABILITY, _("Answers")),
    (Order.COURSES, _("Courses")),
    (Order.USERS, _("Users")),
    (Order.REGISTERED, _("Registered")),
    (Order.UPDATED, _("Changed")),
)
_FALLING_FIRST = {Order.REACHABILITY, Order.COURSES, Order.USERS, Order.REGISTERED, Order.UPDATED}


@dataclass(frozen=True)
class Column:
    """A heading in a list that is sorted somehow."""

    order: Order
    label: LazyString
    asked: SiteCriteria

    @property
    def chosen(self) -> bool:
        """Whether the list is sorted by this column."""
        return self.asked.order is self.order

    @property
    def direction(self) -> str:
        """As ``aria-sort`` says it; empty for the columns by which the list is not sorted."""
        if not self.chosen:
            return ""
        return "descending" if self.asked.descending else "ascending"

    @property
    def next(self) -> str:
        """What the address asks for when the heading is chosen: the large and the new first, then the other way."""
        falling = not self.asked.descending if self.chosen else self.order in _FALLING_FIRST
        return f"-{self.order}" if falling else str(self.order)
