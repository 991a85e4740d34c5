"""The choices of the search page: what can be chosen, what is chosen, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from hub.courses import counting
from hub.courses.models import Course
from hub.frontpage import wording
from hub.search import listed
from hub.search.criteria import CourseCriteria, Order
from hub.vocabulary import audiences, levels, licences, subjects

Option = tuple[str, str]  # value on the wire, words


@dataclass(frozen=True)
class Choice:
    """One filter: its parameter, its label, and its options in groups; an empty value means no condition."""

    name: str
    label: str
    chosen: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]

    @property
    def words(self) -> str:
        """What is chosen, in words."""
        options = (option for _title, group in self.groups for option in group)
        return next((words for value, words in options if value == self.chosen), self.chosen)


def choices(criteria: CourseCriteria) -> list[Choice]:
    """The filters of the search page, with what is chosen in each."""
    chosen = criteria.args()
    offered: tuple[tuple[str, str, tuple[tuple[str, tuple[Option, ...]], ...]], ...] = (
        ("downloadable", _("Kind"), _plain(_("All kinds"), (("1", _("To download")), ("0", _("To join online"))))),
        ("language", _("Language"), _plain(_("All languages"), _languages())),
        ("subject", _("Subject"), _subjects(chosen.get("subject", ""))),
        ("educationallevel", _("Level"), _plain(_("All levels"), _titles(levels.LEVELS))),
        ("audience", _("For"), _plain(_("Everybody"), _titles(audiences.AUDIENCES))),
        ("licence", _("Licence"), _plain(_("All licences"), _licences())),
    )
    return [_keeping(Choice(name, label, chosen.get(name, ""), groups)) for name, label, groups in offered]


def orders() -> list[Option]:
    """The orders, by their names on the wire; the first is the hub's own."""
    return [
        (Order.NEWEST.value, _("Best match, newest first")),
        (Order.ELDEST.value, _("Oldest first")),
        (Order.FULLNAME.value, _("Name")),
        (Order.PUBLISHER.value, _("Publisher")),
        (Order.RATINGAVERAGE.value, _("Rating")),
    ]


def _keeping(choice: Choice) -> Choice:
    """The choice with what is chosen among its options, also when nobody would have offered it."""
    if any(value == choice.chosen for _title, group in choice.groups for value, _words in group):
        return choice
    words = subjects.title(choice.chosen) if choice.name == "subject" else choice.chosen
    return replace(choice, groups=(*choice.groups, ("", ((choice.chosen, words),))))


def _plain(everything: str, options: Iterable[Option]) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    return (("", (("", everything), *options)),)


def _titles(titles: dict[str, str]) -> list[Option]:
    return [(key, str(title)) for key, title in titles.items()]


def _languages() -> list[Option]:
    options = ((code, wording.language_name(code)) for code in listed.languages())
    return sorted(options, key=lambda option: option[1].casefold())


def _licences() -> list[Option]:
    names = dict.fromkeys((*licences.LICENCES, *counting.values(Course.licence)))
    return [(name, licences.title(name)) for name in names]


def _subjects(chosen: str) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """The broad fields; the narrow ones of a field are offered once that field is chosen, or something below it."""
    broad = tuple((key, title) for key, title, _narrow in subjects.tree())
    narrow = next((narrow for key, _title, narrow in subjects.tree() if chosen.startswith(key)), [])
    everything = ("", (("", _("All subjects")), *broad))
    return (everything, (subjects.title(chosen[:8]), tuple(narrow))) if narrow else (everything,)
