"""What an answer, or its absence, makes of a site: by a table of stories, and by any story at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.sites import reachability
from hub.sites.models import OutageStep, Reachability
from hub.sites.reachability import Act, Past

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONTH = 30 * DAY
MAILS = {Act.TELL, Act.WARN, Act.HIDE, Act.REASSURE}

Answers = Callable[[float], bool]  # by days since the beginning


@dataclass
class World:
    """One site, the clock, and everything that was done about it."""

    past: Past = field(default_factory=Past)
    now: datetime = BEGIN
    due: datetime = BEGIN
    acts: list[tuple[float, Act]] = field(default_factory=list)
    checks: list[float] = field(default_factory=list)

    @property
    def day(self) -> float:
        return (self.now - BEGIN) / DAY

    def ask(self, answers: bool, *, hide_after: timedelta | None = MONTH, chance: float = 0.5) -> None:
        verdict = reachability.judge(self.past, answers, self.now, hide_after=hide_after, chance=chance)
        self.checks.append(self.day)
        self.acts += [(self.day, act) for act in verdict.acts]
        self.due = verdict.next_check_at
        self.past = replace(
            self.past,
            state=verdict.state,
            since=verdict.since,
            failures=verdict.failures,
            step=verdict.step,
            step_at=verdict.step_at,
        )
        for act in verdict.acts:
            if act is Act.HIDE:
                self.past = replace(self.past, visible=False, hidden_by_us=True)
            if act is Act.SHOW:
                self.past = replace(self.past, visible=True, hidden_by_us=False)

    def live(self, days: float, answers: Answers, *, hide_after: timedelta | None = MONTH) -> World:
        while self.due < BEGIN + days * DAY:
            self.now = self.due
            self.ask(answers(self.day), hide_after=hide_after)
        return self

    @property
    def done(self) -> list[tuple[int, str]]:
        return [(int(day), act.name) for day, act in self.acts]


DEAD: Answers = lambda day: False  # noqa: E731  # a table of small functions


@pytest.mark.parametrize(
    ("story", "past", "answers", "done"),
    [
        ("all is well", Past(), lambda day: True, []),
        ("one failure", Past(), lambda day: not 5 < day < 6, []),
        ("a weekend", Past(), lambda day: not 5 < day < 7.9, []),
        (
            "a week",
            Past(),
            lambda day: not 5 < day < 12,
            [(9, "NOTE_UNREACHABLE"), (9, "TELL"), (12, "NOTE_REACHABLE"), (12, "REASSURE")],
        ),
        ("for good", Past(), DEAD, [(3, "NOTE_UNREACHABLE"), (3, "TELL"), (23, "WARN"), (30, "HIDE")]),
        (
            "forty days, then back",
            Past(),
            lambda day: day > 40,
            [
                (3, "NOTE_UNREACHABLE"),
                (3, "TELL"),
                (23, "WARN"),
                (30, "HIDE"),
                (40, "NOTE_REACHABLE"),
                (40, "SHOW"),
                (40, "REASSURE"),
            ],
        ),
        ("trusted", Past(spared=True), DEAD, [(3, "NOTE_UNREACHABLE"), (3, "TELL"), (30, "ASK")]),
        ("nobody to tell", Past(has_contact=False), DEAD, [(3, "NOTE_UNREACHABLE"), (30, "ASK")]),
        ("hidden by a moderator", Past(visible=False), DEAD, [(3, "NOTE_UNREACHABLE")]),
        (
            "trusted, then back",
            Past(spared=True),
            lambda day: day > 40,
            [
                (3, "NOTE_UNREACHABLE"),
                (3, "TELL"),
                (30, "ASK"),
                (40, "NOTE_REACHABLE"),
                (40, "SETTLE"),
                (40, "REASSURE"),
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_sixty_days_of_a_site(story: str, past: Past, answers: Answers, done: list[tuple[int, str]]) -> None:
    assert World(past).live(60, answers).done == done


def test_a_site_that_comes_and_goes_is_written_about_twice_a_fortnight_at_most() -> None:
    world = World().live(60, lambda day: int(day) % 6 == 0)
    told = [day for day, act in world.acts if act is Act.TELL]
    assert len(told) > 1
    assert all(later - earlier >= 14 for earlier, later in pairwise(told))
    assert sum(act in MAILS for _day, act in world.acts) <= 2 * len(told)
    assert not any(act is Act.HIDE for _day, act in world.acts)


def test_a_site_that_calls_though_it_cannot_be_reached_is_told_once_and_never_hidden() -> None:
    world = World()
    for week in range(9):
        world.past = replace(world.past, heard_at=BEGIN + 7 * week * DAY)
        world.live(7 * (week + 1), DEAD)
    assert world.done == [(3, "NOTE_UNREACHABLE"), (3, "TELL")]
    world.live(120, DEAD)  # its calls have ended too
    assert [act.name for _day, act in world.acts[2:]] == ["WARN", "HIDE"]


def test_nobody_is_hidden_where_the_setting_says_never() -> None:
    assert World().live(60, DEAD, hide_after=None).done == [(3, "NOTE_UNREACHABLE"), (3, "TELL")]


def test_a_worker_that_stood_still_for_two_months_judges_nobody_by_what_it_sees_then() -> None:
    world = World()
    world.ask(False)
    world.now = BEGIN + 60 * DAY
    for _ in range(3):
        world.ask(False)
        assert world.past.state is Reachability.FAILING
    assert world.acts == []


def test_whom_moderators_showed_during_an_outage_is_not_hidden_again_in_it() -> None:
    world = World().live(31, DEAD)
    world.past = replace(world.past, visible=True, hidden_by_us=False)
    assert world.live(60, DEAD).done[-1] == (30, "HIDE")


def test_checks_come_closer_after_a_failure_and_seldom_when_long_dead() -> None:
    world = World().live(1.2, DEAD)
    hours = [round(day * 24) for day in world.checks]
    assert hours == [0, 1, 4, 16]
    world.live(200, DEAD)
    assert {round(later - earlier) for earlier, later in zip(world.checks[-10:], world.checks[-9:], strict=False)} == {
        7
    }
    well = World().live(30, lambda day: True)
    assert len(well.checks) == 30


def test_the_next_check_is_spread_and_never_far_off() -> None:
    times = {
        reachability.judge(Past(), True, BEGIN, hide_after=MONTH, chance=chance / 10).next_check_at
        for chance in range(10)
    }
    assert len(times) == 10
    assert all(abs(time - BEGIN - DAY) <= DAY / 10 for time in times)


@pytest.mark.parametrize(
    ("witnesses", "control", "doubt"),
    [
        ([], None, False),
        ([False], None, False),
        ([False, False], None, False),
        ([False, False, False], None, True),
        ([False, False, False, True], None, True),
        ([False, False, False, True, True, True], None, False),
        ([True] * 20 + [False] * 5, None, False),
        ([], False, True),
        ([False], False, True),
        ([False], True, False),
        ([True], False, False),
        ([False, False, False], True, True),
    ],
)
def test_when_nearly_all_fail_it_is_the_hub_and_not_they(
    witnesses: list[bool], control: bool | None, doubt: bool
) -> None:
    assert reachability.in_doubt(witnesses, control) is doubt


def test_a_failure_in_doubt_changes_nothing_but_the_next_check() -> None:
    past = Past(Reachability.FAILING, BEGIN - DAY, 4, OutageStep.NONE)
    verdict = reachability.uncounted(past, BEGIN, chance=0.5)
    assert (verdict.state, verdict.since, verdict.failures, verdict.acts) == (past.state, past.since, past.failures, ())
    assert verdict.next_check_at == BEGIN + HOUR / 2


SELDOM = st.sampled_from([False] * 5 + [True])


class AnySite(RuleBasedStateMachine):
    """Whatever a site, its moderators and the hub's clock do."""

    @initialize(spared=SELDOM, contact=SELDOM.map(lambda seldom: not seldom))
    def begin(self, spared: bool, contact: bool) -> None:
        self.world = World(Past(spared=spared, has_contact=contact))
        self.answered: datetime | None = None  # the last answer
        self.begun: datetime | None = None  # the first failure after it
        self.mails: list[datetime] = []  # of this outage
        self.hidings = self.showings = 0

    @rule(chance=st.floats(0, 1), times=st.integers(1, 60).map(lambda each: 61 - each))
    def it_is_silent(self, chance: float, times: int) -> None:
        for _ in range(times):
            self._ask(False, chance)

    @rule(chance=st.floats(0, 1))
    def it_answers(self, chance: float) -> None:
        self._ask(True, chance)

    @rule(hours=st.integers(1, 400))
    def the_worker_stands_still(self, hours: int) -> None:
        self.world.due += hours * HOUR

    @rule()
    def it_calls(self) -> None:
        self.world.past = replace(self.world.past, heard_at=self.world.now)

    @rule(spared=SELDOM)
    def trust_changes(self, spared: bool) -> None:
        self.world.past = replace(self.world.past, spared=spared)

    @rule()
    def a_moderator_hides_it(self) -> None:
        self.world.past = replace(self.world.past, visible=False, hidden_by_us=False)

    @precondition(lambda self: not self.world.past.visible)
    @rule()
    def a_moderator_shows_it(self) -> None:
        self.world.past = replace(self.world.past, visible=True, hidden_by_us=False)

    def _ask(self, answers: bool, chance: float) -> None:
        before, world = self.world.past, self.world
        world.now = world.due
        self.begun = None if answers else self.begun or world.now
        count = len(world.acts)
        world.ask(answers, chance=chance)
        self._judge([act for _day, act in world.acts[count:]], before, answers)
        self.mails = [] if answers else self.mails

    def _judge(self, acts: list[Act], before: Past, answers: bool) -> None:
        assert len(acts) == len(set(acts))
        for act in acts:
            if act in (Act.TELL, Act.WARN):
                self.mails.append(self.world.now)
            if act is Act.HIDE:
                self._judge_hiding(before)
            if act is Act.SHOW:
                assert answers
                assert before.hidden_by_us
                self.showings += 1
        assert answers or not {Act.SHOW, Act.REASSURE, Act.NOTE_REACHABLE, Act.SETTLE} & set(acts)

    def _judge_hiding(self, before: Past) -> None:
        now = self.world.now
        assert self.begun is not None
        assert now - self.begun >= MONTH
        assert len(self.mails) == 2
        assert now - self.mails[-1] >= 7 * DAY
        assert before.visible
        assert not before.spared
        assert before.has_contact
        assert before.heard_at is None or now - before.heard_at >= 14 * DAY
        self.hidings += 1

    @invariant()
    def it_comes_back_at_most_once_for_each_time_it_was_hidden(self) -> None:
        assert self.showings <= self.hidings

    @invariant()
    def one_that_answered_last_is_reachable_and_not_hidden_by_us(self) -> None:
        past = self.world.past
        if past.state is Reachability.REACHABLE:
            assert not past.hidden_by_us
            assert past.since is None

    @invariant()
    def few_failures_make_nobody_unreachable(self) -> None:
        past = self.world.past
        if past.state is Reachability.UNREACHABLE:
            assert past.failures >= 5
            assert past.since is not None
            assert self.world.now - past.since >= 3 * DAY


TestAnySite = AnySite.TestCase
TestAnySite.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
