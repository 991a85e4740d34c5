"""The contact says: this was not me. Who asked is kept out for a week, nobody else is; and what nobody answers ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub import clock
from hub.events.models import EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.jobs import schedule
from hub.registration import blocks, moving
from hub.registration.models import Block, Move, MoveState
from hub.sites import attention, moderation
from hub.sites.models import MatterKind
from tests.registration.conftest import (
    SECRET,
    SITE_URL,
    Handed,
    call,
    count,
    forms,
    link_in,
    mails,
    matters,
    only_site,
    query,
    register,
    submit,
    update,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNER, STRANGER = "ada@www.example.org", "mallory@evil.example"
NEW_URL = "https://evil.example"
THERE, HERE = "198.51.100.4", "192.0.2.9"  # internet addresses


@pytest.fixture
def token(visitor: FlaskClient) -> str:
    """A registered, trusted site at SITE_URL; its token, used."""
    with clock.fixed(START - timedelta(days=60)):
        token = register(visitor, name="A site", contactemail=OWNER).token
        assert works(visitor, token)
    moderation.trust(only_site(), by=COMMAND)
    db.session.commit()
    return token


def works(visitor: FlaskClient, token: str) -> bool:
    return call(visitor, token, "hub_site_is_registered", siteurl=SITE_URL, sitesecret=SECRET) is True


def come(visitor: FlaskClient, address: str = THERE, **values: str) -> TestResponse:
    return visitor.get(query(**values), environ_overrides={"REMOTE_ADDR": address})


def claim(visitor: FlaskClient, url: str = NEW_URL, address: str = THERE) -> TestResponse:
    form = forms(come(visitor, address, url=url, contactemail=STRANGER).text)[1]
    values = {name: value for name, value in form.items() if name != "_action"}
    return visitor.post(form["_action"], data=values, environ_overrides={"REMOTE_ADDR": address})


def press(visitor: FlaskClient, mail: str, number: int) -> TestResponse:
    """Open the link of the newest mail of this name, and press one of its buttons."""
    return submit(visitor, forms(visitor.get(link_in(mails(mail)[-1])).text)[number])


def events(kind: Event) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(EventRow.kind == kind.value)) or 0


def test_this_was_not_me_keeps_that_secret_and_that_address_out_for_a_week_with_a_clear_page(
    visitor: FlaskClient, token: str
) -> None:
    with clock.fixed(START):
        come(visitor, token="stolen place")
        assert "moderators of this hub were told" in press(visitor, "site-url-taken", -1).text
    for secret, address in (("stolen place", THERE), ("stolen place", HERE), ("another try", THERE)):
        with clock.fixed(START + timedelta(days=6, hours=23)):
            refused = come(visitor, address, token=secret)
        assert refused.status_code == 403
        assert "attemptblocked" in refused.text
        assert "moderator@hub.test" in refused.text
    with clock.fixed(START + timedelta(days=7, minutes=1)):
        assert come(visitor, token="stolen place").status_code == 409
    assert works(visitor, token)


def test_nobody_else_is_kept_out_least_of_all_the_site_itself(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(START):
        come(visitor, token="stolen place")
        press(visitor, "site-url-taken", -1)
        assert come(visitor, HERE, token="a rightful new installation").status_code == 409
        assert Handed.over(come(visitor, THERE)).token  # the registered secret, from that address
        assert Handed.over(come(visitor, THERE, url="https://elsewhere.example", token="stolen place")).token


def test_the_hub_is_warned_once_by_a_matter_and_a_mail(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(START):
        come(visitor, token="stolen place")
        press(visitor, "site-url-taken", -1)
    assert [matter.kind for matter in matters()] == [MatterKind.STRANGER]
    assert [mail.recipient for mail in mails("site-stranger")] == ["moderator@hub.test"]
    assert THERE in mails("site-stranger")[0].body
    assert events(Event.URL_ATTEMPT_BLOCKED) == 1


def test_a_move_that_was_not_his_is_refused_and_kept_out_by_address_and_by_place(
    visitor: FlaskClient, token: str
) -> None:
    with clock.fixed(START):
        claim(visitor)
        assert only_site().trust_paused is True
        press(visitor, "site-move-asked", 2)
        assert (only_site().trust_paused, only_site().url) == (False, SITE_URL)
        for url, address in ((NEW_URL, HERE), ("https://other.example", THERE)):
            refused = claim(visitor, url, address)
            assert (refused.status_code, "attemptblocked" in refused.text) == (403, True)
        assert claim(visitor, "https://rightful.example", HERE).status_code == 202
    assert MatterKind.STRANGER in [matter.kind for matter in matters()]
    assert (events(Event.SITE_MOVE_BLOCKED), len(mails("site-stranger"))) == (1, 1)
    assert works(visitor, token)


def test_a_copy_whose_cron_tells_a_blocked_address_goes_on_updating_and_asks_nobody(
    visitor: FlaskClient, token: str
) -> None:
    with clock.fixed(START):
        claim(visitor)
        press(visitor, "site-move-asked", 2)
        assert update(visitor, token, url=NEW_URL, name="A new name") is True
    assert (only_site().name, only_site().url, count(Move)) == ("A new name", SITE_URL, 1)


def test_a_moderator_ends_a_block_before_its_time(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(START):
        come(visitor, token="stolen place")
        press(visitor, "site-url-taken", -1)
        blocks.lift(db.session.scalars(sa.select(Block.id)).one(), by=COMMAND, reason="it was the deputy")
        db.session.commit()
        assert come(visitor, token="stolen place").status_code == 409
        with pytest.raises(blocks.BlockNotFound):
            blocks.lift(1, by=COMMAND)


def test_a_move_that_nobody_answers_ends_after_two_weeks_and_both_sides_are_told(
    visitor: FlaskClient, token: str
) -> None:
    with clock.fixed(START):
        claim(visitor)
    with clock.fixed(START + timedelta(days=13, hours=23)):
        schedule.get_job("expire-moves").act()
        assert only_site().trust_paused is True
    with clock.fixed(START + timedelta(days=14, minutes=1)):
        schedule.get_job("expire-moves").act()
        schedule.get_job("expire-moves").act()
    site, move = only_site(), db.session.scalars(sa.select(Move)).one()
    assert (site.trust_paused, site.url, move.state, move.secret) == (False, SITE_URL, MoveState.EXPIRED, "")
    assert [mail.recipient for mail in mails("site-move-decided")] == [OWNER, STRANGER]
    assert "Nobody has confirmed it in time" in mails("site-move-decided")[0].body
    assert (matters(), events(Event.SITE_MOVE_EXPIRED)) == ([], 1)


def test_a_move_that_is_too_old_is_over_even_before_the_job_has_come_round(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(START):
        claim(visitor)
        address = link_in(mails("site-move-asked")[0])
        form = forms(visitor.get(address).text)[1]
    with clock.fixed(START + timedelta(days=14, minutes=1)):
        assert visitor.get(address).status_code == 403
        assert submit(visitor, form).status_code == 403
        assert moving.find_waiting(only_site()) is None
        assert claim(visitor).status_code == 202
    states = db.session.scalars(sa.select(Move.state).order_by(Move.id)).all()
    assert states == [MoveState.EXPIRED, MoveState.WAITING]


def test_asking_again_mails_again_and_gives_two_more_weeks(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(START):
        claim(visitor)
    with clock.fixed(START + timedelta(days=10)):
        move = moving.find_waiting(only_site())
        assert move is not None
        moving.ask_again(move, by=COMMAND)
        db.session.commit()
    with clock.fixed(START + timedelta(days=23)):
        assert visitor.get(link_in(mails("site-move-asked")[-1])).status_code == 200
    assert (len(mails("site-move-asked", OWNER)), events(Event.CONFIRMATION_ASKED_AGAIN)) == (2, 1)


def test_the_contact_hears_at_most_once_a_day_that_the_site_registered_again(visitor: FlaskClient, token: str) -> None:
    for hours in (0, 1, 23):
        with clock.fixed(START + timedelta(hours=hours)):
            come(visitor, THERE)
    assert [mail.recipient for mail in mails("site-registered-again")] == [OWNER]
    assert THERE in mails("site-registered-again")[0].body
    with clock.fixed(START + timedelta(hours=48)):
        come(visitor, THERE)
    assert len(mails("site-registered-again")) == 2


def test_a_double_click_at_the_first_registration_makes_no_mail(visitor: FlaskClient) -> None:
    register(visitor, contactemail=OWNER)
    register(visitor, contactemail=OWNER)
    assert mails("site-registered-again") == []


def test_whoever_changes_the_contact_with_the_registration_does_not_get_that_mail(
    visitor: FlaskClient, token: str
) -> None:
    with clock.fixed(START):
        come(visitor, contactemail=STRANGER)
    assert [mail.recipient for mail in mails("site-registered-again")] == [OWNER]


def test_a_disputed_change_of_contact_never_lapses_by_itself(visitor: FlaskClient, token: str) -> None:
    with clock.fixed(START):
        come(visitor, contactemail=STRANGER)
        press(visitor, "site-registered-again", 0)
    with clock.fixed(START + timedelta(days=40)):
        come(visitor, HERE, token="a fresh secret")
        assert [mail.recipient for mail in mails("site-url-taken")] == [OWNER]
        disowned = next(matter for matter in matters() if matter.kind is MatterKind.DISOWNED)
        attention.close(only_site(), disowned.id, by=COMMAND)
        db.session.commit()
    with clock.fixed(START + timedelta(days=42)):
        come(visitor, HERE, token="a fresh secret")
    assert mails("site-url-taken")[-1].recipient == STRANGER
