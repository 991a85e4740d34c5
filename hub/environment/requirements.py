"""What must be there for a hub to work: each feature adds what it needs, and says what it finds."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

log = logging.getLogger(__name__)


class Verdict(enum.StrEnum):
    """How it stands with something that the hub needs."""

    GOOD = "good"
    DOUBTFUL = "doubtful"  # it works, and somebody should look at it
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """What was found, and how to mend it, in sentences."""

    verdict: Verdict
    found: str
    cure: str = ""


@dataclass(frozen=True)
class Requirement:
    """Something the hub needs, and the function that looks at it; it may ask the network, and opens no transaction."""

    key: str
    label: str
    examine: Callable[[], Finding]
    position: int


_requirements: dict[str, Requirement] = {}


def add(key: str, label: str, examine: Callable[[], Finding], *, position: int) -> None:
    """Let this be examined with the rest; the lowest ``position`` comes first."""
    _requirements[key] = Requirement(key, label, examine, position)


def examine_all() -> list[tuple[Requirement, Finding]]:
    """Everything the hub needs, with what is found now."""
    known = sorted(_requirements.values(), key=lambda each: each.position)
    return [(requirement, _examined(requirement)) for requirement in known]


def good(found: str) -> Finding:
    """All is well."""
    return Finding(Verdict.GOOD, found)


def doubtful(found: str, cure: str) -> Finding:
    """The hub works, but not as it should."""
    return Finding(Verdict.DOUBTFUL, found, cure)


def failed(found: str, cure: str) -> Finding:
    """The hub does not work like this."""
    return Finding(Verdict.FAILED, found, cure)


def _examined(requirement: Requirement) -> Finding:
    try:
        return requirement.examine()
    except Exception as error:  # whatever broke is itself what was found; the others are still examined
        log.exception("the examination of %s broke", requirement.key)
        cause = f"{type(error).__name__}: {error}"
        return failed(_("This could not be examined: %(cause)s", cause=cause), _("The log of the hub tells more."))
