"""Where a registration can go from where it stands, what a hub needs for one, and what the browser carries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import parse_qsl, urlsplit

import pytest

from hub.directory import handover, requirements
from hub.directory.requirements import CannotRegisterPrivateHub, HubNotReady
from hub.directory.steps import LONGEST_PAUSE, State, Step, StepImpossible, after, next_attempt
from hub.sites.introduction import Introduction

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TOLD: Introduction = {
    "name": "Hub & Söhne",
    "description": "All+courses = 100 % free?",
    "hublogo": 1,
    "url": "https://hub.test/moodle",
    "language": "de",
    "sites": 3,
    "courses": 5,
    "enrollablecourses": 4,
    "downloadablecourses": 1,
    "contactname": "Ada",
    "contactemail": "ada@hub.test",
    "privacy": "search",
}

LEADS: dict[State | None, dict[Step, State]] = {
    None: {Step.ASK: State.ASKED},
    State.ASKED: {
        Step.ASK: State.ASKED,
        Step.CONFIRM: State.CONFIRMED,
        Step.WITHDRAW: State.ENDED,
        Step.EXPIRE: State.ENDED,
        Step.FORGET: State.ENDED,
    },
    State.CONFIRMED: {
        Step.UPDATE: State.CONFIRMED,
        Step.LEAVE: State.LEAVING,
        Step.LEFT: State.ENDED,
        Step.FORGET: State.ENDED,
    },
    State.LEAVING: {
        Step.LEAVE: State.LEAVING,
        Step.STAY: State.CONFIRMED,
        Step.LEFT: State.ENDED,
        Step.FORGET: State.ENDED,
    },
    State.ENDED: {},
}


@pytest.mark.parametrize(("state", "step"), list(product(LEADS, Step)))
def test_each_step_leads_where_it_may_from_each_state_and_is_refused_with_advice_elsewhere(
    state: State | None, step: Step
) -> None:
    if step in LEADS[state]:
        assert after(state, step) is LEADS[state][step]
    else:
        with pytest.raises(StepImpossible) as caught:
            after(state, step)
        assert caught.value.message.count(".") >= 2


def test_from_every_state_but_the_last_there_is_a_way_to_the_end() -> None:
    for state in (State.ASKED, State.CONFIRMED, State.LEAVING):
        assert after(state, Step.FORGET) is State.ENDED


def test_the_directory_is_called_daily_and_after_failures_later_each_time() -> None:
    assert next_attempt(0, NOW) == NOW + timedelta(days=1)
    pauses = [next_attempt(failures, NOW) - NOW for failures in range(1, 40)]
    assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def lacks(url: str = "https://directory.test", *, open_: bool = True, **values: str) -> list[str]:
    return [each.setting for each in requirements.lacking(TOLD | values, directory_url=url, open_=open_)]


def test_a_hub_that_lacks_nothing_may_be_registered() -> None:
    assert lacks() == []
    requirements.require_nothing([])


@pytest.mark.parametrize("name", ["name", "description", "contactname", "contactemail"])
def test_what_the_directory_shows_must_be_there(name: str) -> None:
    assert lacks(**{name: " "}) == [name]


def test_everything_that_is_missing_is_told_at_once() -> None:
    missing = lacks("", open_=False, privacy="private", description="", contactemail="")
    assert missing == ["directoryurl", "privacy", "description", "contactemail", "hubenabled"]


def test_a_private_hub_is_refused_by_its_own_name() -> None:
    private = list(requirements.lacking(TOLD | {"privacy": "private"}, directory_url="https://d.test", open_=True))
    with pytest.raises(CannotRegisterPrivateHub):
        requirements.require_nothing(private)
    with pytest.raises(HubNotReady, match="Describe the hub"):
        requirements.require_nothing(
            list(requirements.lacking(TOLD | {"description": ""}, directory_url="https://d.test", open_=True))
        )


def test_the_address_at_the_directory_is_what_the_original_sent_byte_for_byte() -> None:
    assert handover.address("https://d.test/sub", TOLD, "abc") == (
        "https://d.test/sub/local/hubdirectory/hubregistration.php?url=https%3A%2F%2Fhub.test%2Fmoodle"
        "&name=Hub%20%26%20S%C3%B6hne&privacy=search&language=de&description=All%2Bcourses%20%3D%20100%20%25%20free%3F"
        "&contactname=Ada&contactemail=ada%40hub.test&hublogo=1&sites=3&courses=5&enrollablecourses=4"
        "&downloadablecourses=1&submitbutton=Register%20this%20hub&token=abc"
    )


def test_a_long_description_is_shortened_so_that_the_address_fits_and_nothing_else_is() -> None:
    address = handover.address("https://d.test", TOLD | {"description": "学" * 5000}, "abc")
    assert len(address) <= handover.LONGEST
    brought = dict(parse_qsl(urlsplit(address).query))
    assert set(brought["description"]) == {"学"}
    assert len(brought["description"]) > 700
    assert (brought["token"], brought["contactemail"]) == ("abc", "ada@hub.test")
