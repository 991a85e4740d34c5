"""A directory that is dead, slow or lies, at every step: no half state, a message that helps, and a way on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product

import pytest
from flask import Flask

from config import Config
from hub import clock
from hub.access import Role
from hub.directory import admin, membership
from hub.directory.steps import LONGEST_PAUSE, State
from hub.extensions import db
from hub.settings import declared
from tests.admin.conftest import signed_in
from tests.directory.conftest import Room, assert_whole, change, kinds, mails, row, state, work
from tests.directory.played import TROUBLES, PlayedDirectory, fault

DEAD = "dead"


def by_hand(act: str) -> Callable[[Room], str]:
    return lambda room: room.act(act)


def by_itself(room: Room) -> str:
    work()
    return row().problem


def after_becoming_private(room: Room) -> str:
    change(privacy="private")
    return by_itself(room)


# Each way in which the hub calls the directory: who does it, and where the registration stands when it fails.
STEPS: dict[str, tuple[Callable[[Room], str], State]] = {
    "update by hand": (by_hand("update"), State.CONFIRMED),
    "update by itself": (by_itself, State.CONFIRMED),
    "unregister by hand": (by_hand("unregister"), State.LEAVING),
    "leave because private": (after_becoming_private, State.LEAVING),
}
# Every other trouble of an answer is the client's to tell apart: tests/directory/test_client.py has them all.
KINDS = [DEAD, "silent", "no", "a fault", "a web page", "endless", "elsewhere"]


def put(directory: PlayedDirectory, trouble: str) -> str:
    """Let the directory be in this trouble; a part of what is told about it."""
    if trouble == DEAD:
        directory.stop()
        return "Is the web server running?"
    directory.trouble, _key, words = TROUBLES[trouble]
    return words


@pytest.mark.parametrize(("step", "trouble"), list(product(STEPS, KINDS)))
def test_a_failed_call_leaves_a_whole_state_and_words_that_help(
    step: str, trouble: str, joined: Room, directory: PlayedDirectory, impatient: Callable[[str], None]
) -> None:
    impatient(trouble)
    words = put(directory, trouble)
    act, standing = STEPS[step]
    told = act(joined)
    assert words in told
    found = row()
    assert (found.state, found.failure_count) == (standing, 1)
    assert words in found.problem
    assert found.updated_at is None
    assert clock.now() < (found.next_attempt_at or clock.now()) < clock.now() + LONGEST_PAUSE
    assert_whole()
    assert words in joined.words()
    assert kinds() == ["asked", "confirmed", *(["leaving"] if standing is State.LEAVING else [])]


@pytest.mark.parametrize("step", STEPS)
def test_after_the_trouble_the_hub_goes_on_by_itself(step: str, joined: Room, directory: PlayedDirectory) -> None:
    directory.trouble = TROUBLES["no"][0]
    STEPS[step][0](joined)
    change(contactname="Somebody else")
    work()
    assert len(directory.calls) == 1  # not before the pause is over
    directory.trouble = None
    with clock.fixed(clock.now() + timedelta(minutes=6)):
        work()
    assert state() is (State.CONFIRMED if "update" in step else None)
    assert (row().problem == "") == ("update" in step)
    assert_whole()


def test_failures_in_a_row_are_counted_and_come_less_and_less_often(joined: Room, directory: PlayedDirectory) -> None:
    directory.trouble = TROUBLES["broken"][0]
    moment = clock.now()
    for failures in range(1, 4):
        with clock.fixed(moment):
            work()
            found = row()
        assert (found.failure_count, found.next_attempt_at) == (
            failures,
            moment + timedelta(minutes=5 * 2 ** (failures - 1)),
        )
        moment = found.next_attempt_at or moment
    assert "failure number 3 in a row" in joined.words()
    assert "does not take this hub's updates" in joined.browser.get("/admin/").words


def test_a_directory_that_forgot_the_hub_is_said_so_and_left_without_more_words(
    joined: Room, directory: PlayedDirectory
) -> None:
    directory.known = False
    assert "no longer knows this hub. Clean up the registration here, then register again." in joined.act("update")
    assert state() is State.CONFIRMED
    assert "has left the directory" in joined.act("unregister")
    assert row().ended_because == "the directory no longer knew the hub"
    assert_whole()


def test_a_directory_that_refuses_our_token_only_for_the_update_changes_nothing_here(
    joined: Room, directory: PlayedDirectory
) -> None:
    directory.trouble = lambda asked: asked.send(fault(89159464, "x | ERRORCODE: invalidtoken"))
    for _ in range(3):
        joined.act("update")
    assert state() is State.CONFIRMED
    assert_whole()


def test_administrators_hear_once_by_mail_and_in_the_overview_that_a_private_hub_may_still_be_listed(
    joined: Room, directory: PlayedDirectory, hub: Flask
) -> None:
    signed_in(hub, Role.MODERATOR)
    directory.stop()
    change(privacy="private")
    for minutes in (0, 6, 20):
        with clock.fixed(clock.now() + timedelta(minutes=minutes)):
            work()
    assert row().failure_count == 3
    (mail,) = mails()
    assert mail.recipient == "ada@hub.test"
    assert "has become private" in mail.body
    assert "Is the web server running?" in mail.body
    assert "http://hub.test/admin/directory" in mail.body
    assert "may still list it" in joined.browser.get("/admin/").words
    assert "Stay registered" not in joined.words()
    assert "private hub cannot" in joined.act("stay")
    assert state() is State.LEAVING
    assert "cleaned up here" in joined.act("unregister", force="1")
    assert "may still list" not in joined.browser.get("/admin/").words


def test_whoever_waits_for_the_answer_is_not_mailed_about_it(joined: Room, directory: PlayedDirectory) -> None:
    directory.stop()
    assert "keeps trying by itself until the directory has heard of it" in joined.act("unregister")
    assert mails() == []


def test_the_decision_to_leave_is_taken_back_as_long_as_nobody_heard_of_it(
    joined: Room, directory: PlayedDirectory
) -> None:
    directory.trouble = TROUBLES["broken"][0]
    joined.act("unregister")
    assert "stays registered" in joined.act("stay")
    directory.trouble = None
    work()
    assert directory.calls[-1][0] == "hubdirectory_update_hub_info"
    assert state() is State.CONFIRMED
    assert kinds() == ["asked", "confirmed", "leaving", "stayed"]
    assert_whole()


def test_a_new_registration_waits_until_the_old_one_is_left(joined: Room, directory: PlayedDirectory) -> None:
    directory.stop()
    joined.act("unregister")
    assert "Try again, stay registered, or clean up" in joined.act("register")
    assert state() is State.LEAVING


@pytest.fixture
def other_key(joined: Room, config: Config, hub: Flask) -> Iterator[None]:
    """The hub's secret key is another one by now."""
    before, hub.config["SECRET_KEY"] = hub.config["SECRET_KEY"], "another secret key"
    signed_in(hub, Role.AUDITOR)
    yield
    hub.config["SECRET_KEY"] = before


def test_tokens_that_cannot_be_read_any_more_are_said_so_and_cleaned_up(
    joined: Room, directory: PlayedDirectory, other_key: None
) -> None:
    work()
    assert "secret key has changed" in row().problem
    change(privacy="private")
    work()
    assert (state(), directory.calls, len(mails())) == (State.LEAVING, [], 1)
    joined.browser.sign_in("ada")
    assert "secret key has changed" in joined.act("unregister")
    joined.act("unregister", force="1")
    assert state() is None
    assert_whole()


def test_a_waiting_registration_whose_token_cannot_be_read_is_withdrawn(room: Room, hub: Flask) -> None:
    room.register()
    before, hub.config["SECRET_KEY"] = hub.config["SECRET_KEY"], "another secret key"
    try:
        room.browser.sign_in("ada")
        assert "secret key has changed" in room.act("register")
        room.act("unregister")
    finally:
        hub.config["SECRET_KEY"] = before
    assert state() is None


def test_what_the_directory_says_is_shown_as_text(joined: Room, directory: PlayedDirectory) -> None:
    directory.trouble = lambda asked: asked.send(fault(1, "no <script>alert(1)</script>&lt;b&gt; \x01" + "long " * 500))
    joined.act("update")
    page = joined.browser.get("/admin/directory")
    assert "<script>alert" not in page.text
    assert len(row().problem) < 400


def test_a_closed_hub_says_what_to_do_first(room: Room) -> None:
    change(hubenabled="0")
    assert "Open the hub" in room.act("register")


def test_the_overview_says_nothing_about_a_directory_that_works(joined: Room) -> None:
    work()
    assert membership.find_live() is not None
    assert admin._warning() is None
    assert declared.current("privacy") == "search"
    db.session.rollback()
