"""The proof of work: it counts once, for its form, for a while; whoever has no scripts waits instead."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from wtforms import StringField

from hub import challenge, clock
from hub.challenge import jobs, proof
from hub.challenge.models import ChallengeUse
from hub.challenge.proof import WAIT, WAITS_AN_HOUR, ChallengeMissing, Payload
from hub.database import retrying, transaction
from hub.extensions import db
from hub.settings import declared
from tests.support.challenges import solved, solved_on
from tests.support.pages import visitor


@pytest.fixture
def hub(app: Flask) -> Flask:
    """An application whose challenges are quickly solved."""
    with transaction(db.session):
        declared.change("challengedifficulty", "1000")
    return app


def solution(form: str = "contact") -> Payload:
    return Payload(solution=solved(challenge.ask(form).riddle))


def use(payload: Payload, form: str = "contact") -> None:
    retrying(db.session, lambda: challenge.require(form, payload))


def waiting(address: str = "192.0.2.1", form: str = "contact") -> Payload:
    return Payload(ticket=challenge.ask(form).ticket, waited=True, address=address)


def later(time: timedelta) -> object:
    return clock.fixed(clock.now() + time)


def test_a_solution_counts_once(hub: Flask) -> None:
    given = solution()
    use(given)
    with pytest.raises(ChallengeMissing, match="used already"):
        use(given)


def test_a_solution_counts_again_when_what_the_form_did_was_undone(hub: Flask) -> None:
    given = solution()
    with pytest.raises(ZeroDivisionError):
        retrying(db.session, lambda: [challenge.require("contact", given), 1 / 0])
    use(given)


def test_of_two_uses_at_the_same_instant_one_counts(hub: Flask) -> None:
    given, together = solution(), Barrier(4)

    def use_it(_number: int) -> str:
        with hub.app_context():
            together.wait()
            try:
                use(given)
            except ChallengeMissing:
                return "refused"
            finally:
                db.session.remove()
            return "counted"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(use_it, range(4))) == ["counted", "refused", "refused", "refused"]


def test_a_solution_is_for_its_form_only(hub: Flask) -> None:
    with pytest.raises(ChallengeMissing):
        use(solution("contact"), "report")


def test_a_solution_ends_after_two_hours(hub: Flask) -> None:
    given = solution()
    with later(timedelta(hours=1, minutes=59)):
        challenge.check("contact", given)
    with later(timedelta(hours=2, seconds=1)), pytest.raises(ChallengeMissing, match="too long ago"):
        challenge.check("contact", given)


def altered(**changes: object) -> str:
    told = json.loads(base64.b64decode(solution().solution)) | changes
    return base64.b64encode(json.dumps(told).encode()).decode()


def test_nothing_but_a_solution_of_ours_counts_whatever_its_form(hub: Flask) -> None:
    salt = json.loads(base64.b64decode(solution().solution))["salt"]
    forged = [
        altered(number=0),
        altered(number="1"),
        altered(number=True),
        altered(salt=salt.replace("contact", "report")),
        altered(salt=salt + "expires=99999999999&"),
        altered(signature="0" * 64),
        altered(algorithm="SHA-1"),
        altered(algorithm=["SHA-256"]),
        *("x", "ÿ", "bnVsbA==", "W10=", "e30=", base64.b64encode(b"[" * 1500).decode()),
    ]
    for text in forged:
        with pytest.raises(ChallengeMissing):
            challenge.check("contact", Payload(solution=text))


def test_another_hubs_solution_does_not_count(hub: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    given = solution()
    monkeypatch.setitem(hub.config, "SECRET_KEY", "that of another hub")
    with pytest.raises(ChallengeMissing):
        challenge.check("contact", given)


def test_whoever_has_no_scripts_waits_and_says_so(hub: Flask) -> None:
    given = waiting()
    with later(WAIT - timedelta(seconds=5)), pytest.raises(ChallengeMissing, match=r"Wait [56] seconds more"):
        use(given)
    with later(WAIT):
        use(given)
        with pytest.raises(ChallengeMissing, match="used already"):
            use(given)


def test_a_wait_that_nobody_confirms_or_that_is_for_another_form_does_not_count(hub: Flask) -> None:
    given = waiting()
    with later(WAIT):
        for wrong in (Payload(ticket=given.ticket), Payload(waited=True), Payload(ticket="x", waited=True)):
            with pytest.raises(ChallengeMissing):
                use(wrong)
        with pytest.raises(ChallengeMissing):
            use(given, "report")


def test_one_address_waits_ten_times_an_hour_also_with_tickets_that_it_hoarded(hub: Flask) -> None:
    tickets = [waiting() for _ in range(WAITS_AN_HOUR + 1)]
    with later(timedelta(minutes=90)):
        for each in tickets[:WAITS_AN_HOUR]:
            use(each)
        with pytest.raises(ChallengeMissing, match="in an hour"):
            use(tickets[-1])
        use(Payload(ticket=tickets[-1].ticket, waited=True, address="192.0.2.2"))


def test_no_address_is_stored_and_what_expired_is_forgotten(hub: Flask) -> None:
    given = waiting("192.0.2.99")
    with later(WAIT):
        use(given)
        use(solution())
    rows = db.session.scalars(sa.select(ChallengeUse)).all()
    assert (len(rows), "192.0.2.99" in str([vars(row) for row in rows])) == (2, False)
    assert jobs.forget_challenges() == 0
    with later(timedelta(hours=3)):
        assert jobs.forget_challenges() == 2


def test_a_form_that_asks_for_none_takes_anything(hub: Flask) -> None:
    assert [challenge.required(form) for form in ("registration", "contact", "report")] == [False, True, True]
    challenge.require("registration", Payload())


@pytest.mark.parametrize("work", ["999", "3000001", "much"])
def test_the_work_has_sane_limits(hub: Flask, work: str) -> None:
    with pytest.raises(declared.SettingInvalid):
        declared.change("challengedifficulty", work)


class Form(FlaskForm):
    """A form as features have them."""

    words = StringField()
    challenge = challenge.ChallengeField("contact")


PAGE = "{% from 'macros/challenge.html' import challenge %}{{ challenge(form) }}"


def test_a_field_complains_keeps_the_wait_that_has_begun_and_uses_nothing_up(hub: Flask) -> None:
    hub.add_url_rule("/test-form", view_func=_form_view, methods=["GET", "POST"])
    browser = visitor(hub)
    first = browser.send("GET", "/test-form")
    ticket = first.hidden("challenge_ticket")
    again = browser.post("/test-form", status=422, challenge_ticket=ticket[0], challenge_waited="1")
    assert again.hidden("challenge_ticket") == ticket
    assert "more, then send again" in again.page.xpath("string(//ul[@id='challenge-errors'])")
    work = solved_on(again.page)
    assert browser.post("/test-form", status=200, challenge_solution=work).text == "sent"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ChallengeUse)) == 0


def _form_view() -> object:
    form = Form()
    if form.validate_on_submit():
        return "sent"
    page = hub_page(form)
    return (page, 422) if form.is_submitted() else page


def hub_page(form: Form) -> str:
    return render_template_string(PAGE, form=form)


def test_the_field_asks_nothing_when_the_form_needs_nothing(hub: Flask) -> None:
    with transaction(db.session):
        declared.change("challengecontact", "0")
    hub.add_url_rule("/test-form", view_func=_form_view, methods=["GET", "POST"])
    browser = visitor(hub)
    assert "challenge_ticket" not in browser.send("GET", "/test-form").text
    assert browser.post("/test-form", status=200).text == "sent"


def test_the_key_of_challenges_is_not_the_secret_key_itself(hub: Flask) -> None:
    assert hub.config["SECRET_KEY"] not in proof._key()
