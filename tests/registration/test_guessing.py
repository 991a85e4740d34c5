"""Moved or copied: what the hub guesses, and why."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hub.registration.decisions import Choice
from hub.registration.guessing import Clues, guess
from tests.fakes import FakeProbe
from tests.registration.conftest import SITE_URL, forms, query, register

ALIKE = {"same_name": True, "same_release": True, "courses_before": 100, "courses_now": 104, "same_address": True}


@pytest.mark.parametrize(
    ("clues", "expected"),
    [
        (Clues(), None),
        (Clues(old_answers=False), Choice.MOVED),
        (Clues(old_answers=True, new_answers=True), Choice.COPIED),
        (Clues(old_answers=True, old_leads_to_new=True), Choice.MOVED),
        (Clues(**ALIKE, old_answers=True, new_answers=True), Choice.COPIED),
        (Clues(**ALIKE, old_answers=False, new_answers=True), Choice.MOVED),
        (Clues(**ALIKE), Choice.MOVED),
        (Clues(same_name=False, same_release=False, courses_before=900, courses_now=3), Choice.COPIED),
        (Clues(old_answers=False, new_answers=False, same_name=False), None),
        (Clues(same_name=True, same_release=False), None),
        (Clues(courses_before=0, courses_now=0), Choice.MOVED),
        (Clues(old_answers=True, new_answers=False), Choice.COPIED),
    ],
)
def test_a_guess_weighs_what_is_known(clues: Clues, expected: Choice | None) -> None:
    assert guess(clues).choice == expected


def test_every_clue_that_is_known_is_a_reason_that_can_be_read() -> None:
    reasons = [str(reason) for reason in guess(Clues(**ALIKE, old_answers=True, new_answers=True)).reasons]
    assert len(reasons) == len(set(reasons)) == 5
    assert reasons[0] == "Both addresses answer: the registered site lives on."
    assert guess(Clues()).reasons == ()


@pytest.mark.parametrize(
    ("unreachable", "heading"), [((SITE_URL,), "the site has moved"), ((), "It looks like a copy")]
)
def test_the_page_shows_the_guess_and_leaves_the_question_to_the_person(
    visitor: FlaskClient, probe: FakeProbe, unreachable: tuple[str, ...], heading: str
) -> None:
    register(visitor, name="A site", moodlerelease="4.1")
    probe.unreachable = unreachable
    page = visitor.get(query(url="https://new.example.net", name="A site", moodlerelease="4.1")).text
    assert heading in page
    assert "The name is the same." in page
    assert [form["action"] for form in forms(page)] == ["copied", "moved"]
