"""Two at the same instant: real threads, a real database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from hub import clock
from hub.database import retrying, transaction
from hub.directory import errands, jobs, membership
from hub.directory.steps import State
from hub.errors import HubError
from hub.events.record import COMMAND
from hub.extensions import db
from tests.directory.conftest import Room, assert_whole, kinds, live_tokens, row, state, work
from tests.directory.played import NEW_TOKEN, PlayedDirectory

AT_ONCE = 4


def together(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each act gave or raised; all begin when the last is ready."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait()
            try:
                return retrying(db.session, act)
            except HubError as error:
                return error
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


@pytest.fixture
def asked(hub: Flask) -> str:
    """The token of a registration that waits."""
    with transaction(db.session):
        membership.ask(by=COMMAND)
    return membership.opened(row().token)


@pytest.fixture
def confirmed(asked: str) -> str:
    """The token of a registration that is confirmed."""
    with transaction(db.session):
        membership.confirm(asked, NEW_TOKEN, by=COMMAND)
    return asked


@pytest.mark.parametrize("round_number", range(2))
def test_of_registrations_at_once_there_is_one_and_all_go_to_the_directory_with_its_token(
    hub: Flask, round_number: int
) -> None:
    addresses = together(hub, [lambda: membership.ask(by=COMMAND)] * AT_ONCE)
    assert len(set(addresses)) == 1, addresses
    assert (kinds(), live_tokens()) == (["asked"], 1)
    assert_whole()


@pytest.mark.parametrize("round_number", range(2))
def test_of_confirmations_at_once_one_counts(hub: Flask, asked: str, round_number: int) -> None:
    def confirming(new_token: str) -> Callable[[], Any]:
        return lambda: membership.confirm(asked, new_token, by=COMMAND)

    outcomes = together(hub, [confirming("first"), confirming("first"), confirming("second"), confirming("third")])
    refused = [each for each in outcomes if isinstance(each, membership.WrongToken)]
    held = membership.opened(row().directory_token)
    assert len(refused) == (2 if held == "first" else 3)
    assert kinds() == ["asked", "confirmed"]
    assert_whole()


@pytest.mark.parametrize("round_number", range(2))
def test_a_confirmation_and_a_withdrawal_at_once_leave_one_of_two_whole_states(
    hub: Flask, asked: str, round_number: int
) -> None:
    together(hub, [lambda: membership.confirm(asked, NEW_TOKEN, by=COMMAND), lambda: membership.forget(by=COMMAND)])
    assert state() is None
    assert kinds() in (["asked", "confirmed", "forgotten"], ["asked", "forgotten"])
    assert_whole()


@pytest.mark.parametrize("round_number", range(2))
def test_of_two_workers_one_calls_the_directory(hub: Flask, confirmed: str, round_number: int) -> None:
    now = clock.now() + timedelta(seconds=1)
    taken = together(hub, [lambda: errands.take_due(now, by=COMMAND)] * AT_ONCE)
    assert len([each for each in taken if each is not None]) == 1


@pytest.mark.parametrize("act", ["forget", "leave", "unregister"])
def test_whoever_leaves_during_an_update_has_left(
    joined: Room, directory: PlayedDirectory, hub: Flask, act: str
) -> None:
    def meanwhile() -> None:
        directory.meanwhile = None
        with hub.app_context():
            {"forget": forget, "leave": leave, "unregister": unregister}[act]()
            db.session.remove()

    def forget() -> None:
        with transaction(db.session):
            membership.forget(by=COMMAND)

    def leave() -> None:
        with transaction(db.session):
            membership.leave(by=COMMAND)

    def unregister() -> None:
        with transaction(db.session):
            errand = errands.take_leave(by=COMMAND)
        assert errand is not None
        jobs.tell(errand, by=COMMAND)

    directory.meanwhile = meanwhile
    work()
    assert state() is (State.LEAVING if act == "leave" else None)
    assert row().updated_at is None
    assert_whole()


def test_what_an_old_registration_was_answered_says_nothing_about_the_new_one(
    joined: Room, directory: PlayedDirectory, hub: Flask
) -> None:
    def meanwhile() -> None:
        directory.meanwhile = None
        with hub.app_context(), transaction(db.session):
            membership.forget(by=COMMAND)
            membership.ask(by=COMMAND)
            waiting = membership.get_live()
            membership.confirm(membership.opened(waiting.token), NEW_TOKEN, by=COMMAND)

    directory.meanwhile = meanwhile
    work()
    assert (state(), row().updated_at) == (State.CONFIRMED, None)
    assert_whole()


def test_whoever_wants_to_stay_while_the_directory_hears_of_it_comes_too_late(
    joined: Room, directory: PlayedDirectory, hub: Flask
) -> None:
    def meanwhile() -> None:
        directory.meanwhile = None
        with hub.app_context(), transaction(db.session):
            membership.stay(by=COMMAND)

    directory.meanwhile = meanwhile
    assert "has left the directory" in joined.act("unregister")
    assert state() is None
    assert kinds() == ["asked", "confirmed", "leaving", "stayed", "left"]
    assert_whole()


def test_a_second_live_registration_is_refused_by_the_database(hub: Flask, asked: str) -> None:
    with pytest.raises(SQLAlchemyError), transaction(db.session):
        membership._begin("https://other.example.org", COMMAND)
    assert kinds() == ["asked"]
