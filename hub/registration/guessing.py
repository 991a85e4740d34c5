"""Was a site moved, or is it a copy? A guess with its reasons; the answer stays the administrator's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from hub.registration.decisions import Choice

_COURSES_ALIKE = 0.1  # a tenth more or less: a site in use changes a little between two reports


@dataclass(frozen=True)
class Clues:
    """What the hub has seen of the registered site and of the one that arrives; None: not known."""

    same_name: bool | None = None
    same_release: bool | None = None
    courses_before: float | None = None
    courses_now: float | None = None
    old_answers: bool | None = None
    old_leads_to_new: bool = False
    new_answers: bool | None = None
    same_address: bool | None = None


@dataclass(frozen=True)
class Reason:
    """Something that speaks for an answer: ``weight`` above 0 for moved, below for copied."""

    weight: int
    sentence: LazyString


@dataclass(frozen=True)
class Guess:
    """What the site probably is, nothing when as much speaks for the one as for the other; and why."""

    choice: Choice | None
    reasons: tuple[LazyString, ...]


def guess(clues: Clues) -> Guess:
    """Weigh the clues: where both addresses answer, a copy is likelier, whatever else is alike."""
    reasons = [*_by_the_old_address(clues), *_by_what_is_told(clues)]
    weight = sum(reason.weight for reason in reasons)
    choice = Choice.MOVED if weight > 0 else Choice.COPIED if weight < 0 else None
    return Guess(choice, tuple(reason.sentence for reason in reasons))


def _by_the_old_address(clues: Clues) -> Iterator[Reason]:
    if clues.old_leads_to_new:
        yield Reason(5, _("The registered address leads to the new one."))
    elif clues.old_answers is False:
        yield Reason(4, _("Nobody answers at the registered address any more."))
    elif clues.old_answers and clues.new_answers is not False:
        yield Reason(-5, _("Both addresses answer: the registered site lives on."))
    if clues.new_answers is False:
        yield Reason(-3, _("Nobody answers at the new address."))


def _by_what_is_told(clues: Clues) -> Iterator[Reason]:
    if clues.same_name is not None:
        yield Reason(1, _("The name is the same.")) if clues.same_name else Reason(-1, _("The name is another one."))
    if clues.same_release is False:
        yield Reason(-1, _("The Moodle release is another one."))
    elif clues.same_release:
        yield Reason(1, _("The Moodle release is the same."))
    yield from _by_courses(clues)
    if clues.same_address:
        yield Reason(1, _("It asks from the internet address from which the registered site was heard last."))


def _by_courses(clues: Clues) -> Iterator[Reason]:
    if clues.courses_before is None or clues.courses_now is None:
        return
    if abs(clues.courses_before - clues.courses_now) <= _COURSES_ALIKE * max(clues.courses_before, 1):
        yield Reason(1, _("It has about as many courses as the registered site."))
    else:
        yield Reason(-2, _("It has a very different number of courses."))
