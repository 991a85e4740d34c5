"""How many courses a site may still publish, and when the next place is free: decided from values alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.errors import HubError

WINDOW = timedelta(hours=24)


class PublicationLimitReached(HubError):
    """The site has published as many courses as it may in 24 hours."""

    key = "errormaxpublication"
    status = 429

    def __init__(self, maximum: int, wait: timedelta) -> None:
        super().__init__(
            f"This site may publish {maximum} courses in 24 hours and has done so. "
            f"Try again in {in_words(wait)}, or ask the administrator of the hub for more."
        )
        self.maximum = maximum
        self.wait = wait


class PublicationNotAllowed(HubError):
    """The site may publish nothing here."""

    key = "errornopublication"
    status = 403

    def __init__(self) -> None:
        super().__init__("This site may not publish courses on this hub. Ask the administrator of the hub to allow it.")


@dataclass(frozen=True)
class Quota:
    """What holds for a site now: at most ``maximum`` publications in 24 hours, or any number when that is empty."""

    maximum: int | None
    published_at: Sequence[datetime]  # the site's publications of the last 24 hours, withdrawn ones too, oldest first

    @property
    def left(self) -> int | None:
        """How many more courses the site may publish now; empty when there is no limit."""
        return None if self.maximum is None else max(0, self.maximum - len(self.published_at))

    def require_one(self, now: datetime) -> None:
        """Raise PublicationNotAllowed or PublicationLimitReached when not one more course may be published."""
        if self.maximum is None or self.left:
            return
        if self.maximum <= 0:
            raise PublicationNotAllowed()
        leaves_room = self.published_at[len(self.published_at) - self.maximum]
        raise PublicationLimitReached(self.maximum, leaves_room + WINDOW - now)


def maximum(of_site: int | None, of_hub: int | None) -> int | None:
    """The number that holds: the site's own, or the hub's when the site has none. 0 means none, empty means any."""
    return of_hub if of_site is None else of_site


def in_words(wait: timedelta) -> str:
    """How long that is, rounded up to minutes."""
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in ((hours, "hour"), (minutes, "minute"))]
    return " and ".join(part for part in parts if not part.startswith("0 "))
