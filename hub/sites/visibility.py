"""What must be so for visitors to see a site: the rules, written once, for lists and totals and to explain them.

``predicate`` is what lists, totals and courses ask; ``listed`` adds what its own choice says about its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from hub.events.models import EventDetails, EventRow
from hub.events.record import Event
from hub.extensions import db
from hub.settings.declared import current
from hub.sites.models import Hider, Reachability, Site, SiteChange, SitePrivacy, SiteState

SqlValue = sa.SQLColumnExpression[Any]


@dataclass(frozen=True)
class Case:
    """Why a rule is broken, where there are several reasons: the sentence, and who can change it."""

    broken: LazyString
    changed_by: LazyString


@dataclass(frozen=True)
class Rule:
    """One condition: as SQL, as a sentence for either answer, who can change the answer, and what tells since when."""

    name: str
    holds: sa.ColumnElement[bool]  # of a rule about the hub: nothing, as its settings tell it
    met: LazyString
    broken: LazyString
    changed_by: LazyString
    begun: SqlValue | None = None  # where no event tells it
    turns: tuple[Event, ...] = ()  # what can have changed the answer
    about: str = "site"  # what those events are about
    cause: SqlValue | None = None  # which of the cases it is
    cases: Mapping[str, Case] = field(default_factory=dict)
    blocks: bool = True  # or else it is only worth knowing


@dataclass(frozen=True)
class Answer:
    """What one rule says now; ``by`` is how the event log names who made it so, for moderators only."""

    rule: Rule
    holds: bool
    since: datetime | None = None
    by: str = ""
    cause: str = ""

    @property
    def sentence(self) -> LazyString:
        return self.rule.met if self.holds else self._case.broken

    @property
    def changed_by(self) -> LazyString:
        return self._case.changed_by

    @property
    def _case(self) -> Case:
        return self.rule.cases.get(self.cause, Case(self.rule.broken, self.rule.changed_by))


LIVE = Rule(
    "site live",
    Site.state == SiteState.LIVE,
    _("The site is registered here."),
    _("The site is no longer registered here."),
    _("The administrator of the site, by registering it again."),
    begun=sa.func.coalesce(Site.left_at, Site.registered_at),
    turns=(
        Event.SITE_REGISTERED,
        Event.SITE_RETURNED,
        Event.SITE_UNREGISTERED,
        Event.SITE_REMOVED,
        Event.SITE_REPLACED,
        Event.SECRET_BLOCKED,
    ),
)
VISIBLE = Rule(
    "site visible",
    Site.visible.is_(True),
    _("Nobody has hidden the site."),
    _("A moderator has hidden the site."),
    _("A moderator, by showing the site."),
    begun=Site.registered_at,
    turns=(Event.SITE_SHOWN, Event.SITE_HIDDEN),
    cause=sa.cast(Site.hidden_by, sa.Text),
    cases={
        Hider.REACHABILITY.value: Case(
            _("The hub has hidden the site, because it has not answered for long."),
            _("The administrator of the site, by letting it answer: it then comes back by itself. Or a moderator."),
        )
    },
)
NAMED = Rule(
    "site named",
    Site.privacy != SitePrivacy.NOT_DISPLAYED,
    _("The site lets its name be shown."),
    _("The site asked not to be named: it is counted, and its courses are shown, but not its name."),
    _("The administrator of the site, on its registration page."),
    begun=sa.func.coalesce(
        sa.select(sa.func.max(SiteChange.at))
        .where(SiteChange.site_id == Site.id, SiteChange.field == "privacy")
        .correlate(Site)
        .scalar_subquery(),
        Site.registered_at,
    ),
)

ANSWERS = Rule(
    "site answers",
    Site.reachability.not_in((Reachability.FAILING, Reachability.UNREACHABLE)),
    _("The site answered when the hub asked it last, or has not been asked yet."),
    _("The site does not answer the hub at present."),
    _("The administrator of the site: the connection doctor tells what the hub sees."),
    begun=sa.func.coalesce(Site.unreachable_since, Site.registered_at),
    turns=(Event.SITE_REACHABLE_AGAIN,),
    blocks=False,
)

RULES = (LIVE, VISIBLE)  # for the site to count and its courses to be seen
LIST_RULES = (*RULES, NAMED)  # for its name to stand in the public list
NOTES = (ANSWERS,)


def predicate() -> sa.ColumnElement[bool]:
    """Whether visitors see the site and its courses, as a condition on ``site``."""
    return sa.and_(*(rule.holds for rule in RULES))


def listed() -> sa.ColumnElement[bool]:
    """Whether the public list names the site, as a condition on ``site``."""
    return sa.and_(*(rule.holds for rule in LIST_RULES))


def hub_open() -> bool:
    """Whether the hub answers visitors and sites at all."""
    return bool(current("hubenabled"))


def hub_public() -> bool:
    """Whether people without an account may learn who and what is here."""
    return bool(current("privacy") != "private")


_HUB_RULES: tuple[tuple[Callable[[], bool], str, Rule], ...] = (
    (
        hub_open,
        "hubenabled",
        Rule(
            "hub open",
            sa.true(),
            _("The hub is open."),
            _("The hub is switched off."),
            _("An administrator of the hub, in its settings."),
            about="hub",
        ),
    ),
    (
        hub_public,
        "privacy",
        Rule(
            "hub public",
            sa.true(),
            _("The hub is public."),
            _("The hub is private: only people with an account see what is here."),
            _("An administrator of the hub, in its settings."),
            about="hub",
        ),
    ),
)


def hub_answers() -> list[Answer]:
    """What the hub's own settings say, and since when."""
    changed = _settings_changed([name for _holds, name, _rule in _HUB_RULES])
    return [Answer(rule, holds(), *changed.get(name, (None, ""))) for holds, name, rule in _HUB_RULES]


def _settings_changed(names: Sequence[str]) -> dict[str, tuple[datetime, str]]:
    name = EventDetails.details["name"].as_string()
    newest = (
        sa.select(sa.func.max(EventRow.id))
        .join(EventDetails, EventDetails.event_id == EventRow.id)
        .where(EventRow.kind == Event.SETTING_CHANGED.value, name.in_(names))
        .group_by(name)
    )
    rows = sa.select(name, EventRow.at, EventRow.actor).join(EventDetails, EventDetails.event_id == EventRow.id)
    return {each: (at, actor) for each, at, actor in db.session.execute(rows.where(EventRow.id.in_(newest)))}


def why(site_id: int) -> list[Answer]:
    """What each rule says about the site's place in the public list; nothing when there never was such a site."""
    found = answers((*LIST_RULES, *NOTES), Site.id == site_id, {"site": site_id})
    return [*hub_answers(), *found] if found else []


def verdict(given: Sequence[Answer]) -> bool:
    """Whether everything holds that has to."""
    return all(answer.holds for answer in given if answer.rule.blocks)


def rows(given: Sequence[Answer]) -> list[dict[str, Any]]:
    """The answers as commands print them."""
    return [
        {
            "rule": answer.rule.name,
            "holds": answer.holds,
            "needed": answer.rule.blocks,
            "sentence": str(answer.sentence),
            "since": answer.since,
            "by": answer.by,
            "changed_by": "" if answer.holds else str(answer.changed_by),
        }
        for answer in given
    ]


def answers(rules: Sequence[Rule], which: sa.ColumnElement[bool], subjects: Mapping[str, int]) -> list[Answer]:
    """What these rules say about the one row that ``which`` describes: two statements, however many rules.

    ``subjects``: whose events tell since when, by their table.
    """
    columns: list[SqlValue] = [
        column.label(f"{name}_{at}") for at, rule in enumerate(rules) for name, column in _columns(rule)
    ]
    found = db.session.execute(sa.select(*columns).where(which)).mappings().first()
    if found is None:
        return []
    turned = _turned(rules, subjects)
    return [_answer(rule, dict(found), at, turned) for at, rule in enumerate(rules)]


def _columns(rule: Rule) -> list[tuple[str, SqlValue]]:
    given = (("holds", rule.holds), ("begun", rule.begun), ("cause", rule.cause))
    return [(name, column) for name, column in given if column is not None]


def _answer(rule: Rule, found: Mapping[str, object], at: int, turned: Mapping[tuple[str, str], EventRow]) -> Answer:
    holds = bool(found[f"holds_{at}"])
    events = [turned[rule.about, kind.value] for kind in rule.turns if (rule.about, kind.value) in turned]
    last = max(events, key=lambda event: event.id, default=None)
    begun = found.get(f"begun_{at}")
    since = last.at if last else begun if isinstance(begun, datetime) else None
    return Answer(rule, holds, since, last.actor if last else "", str(found.get(f"cause_{at}") or ""))


def _turned(rules: Sequence[Rule], subjects: Mapping[str, int]) -> dict[tuple[str, str], EventRow]:
    """The newest event of each kind that matters, by what it is about and its kind: one statement."""
    wanted = {about: [kind.value for rule in rules if rule.about == about for kind in rule.turns] for about in subjects}
    about_any = sa.or_(
        *(
            sa.and_(EventRow.subject_type == about, EventRow.subject_id == subject_id, EventRow.kind.in_(wanted[about]))
            for about, subject_id in subjects.items()
        )
    )
    newest = sa.select(sa.func.max(EventRow.id)).where(about_any).group_by(EventRow.subject_type, EventRow.kind)
    rows = db.session.scalars(sa.select(EventRow).where(EventRow.id.in_(newest)))
    return {(row.subject_type, row.kind): row for row in rows}
