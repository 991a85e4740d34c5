"""Jobs by name: declared beside the functions that do the work, with how often they are due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

Act = TypeVar("Act", bound=Callable[[], object])


@dataclass(frozen=True)
class Job:
    """Something the worker does by itself: ``act`` picks what is due and does it; doing it twice does no harm."""

    name: str
    act: Callable[[], object]
    minutes: int

    def due(self, moment: datetime) -> bool:
        """Whether the job's turn comes in this minute."""
        return moment.timestamp() // 60 % self.minutes == 0


_jobs: dict[str, Job] = {}


def every(*, minutes: int, name: str | None = None) -> Callable[[Act], Act]:
    """Declare that the function is a job, due every so many minutes; ``check_sites`` is the job ``check-sites``."""

    def declare(act: Act) -> Act:
        job = Job(name or act.__name__.replace("_", "-"), act, minutes)
        _jobs[job.name] = job
        return act

    return declare


def jobs() -> list[Job]:
    """All declared jobs."""
    return list(_jobs.values())


def get_job(name: str) -> Job:
    """The job of this name; KeyError when nobody declared it."""
    return _jobs[name]
