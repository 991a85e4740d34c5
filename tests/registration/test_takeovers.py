"""Ways to take a site over, or to get in where one was sent away, that people have tried: none leads anywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub import clock
from hub.admin import undoing
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.privacy import persons
from hub.registration import blocking, disowning, leaving, moving, replacing
from hub.registration.links import MAILED_LINK
from hub.registration.models import Attempt
from hub.sites import listing, moderation
from hub.sites.models import Site, SiteState
from tests.factories import make_site
from tests.fakes import FakeProbe
from tests.registration.conftest import (
    SITE_URL,
    forms,
    link_in,
    mails,
    only_site,
    query,
    register,
    submit,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORMER, NOW, THIEF = "former@www.example.org", "now@www.example.org", "mallory@evil.example"
EVIL = "https://evil.example"


def claim_move(visitor: FlaskClient, url: str = EVIL) -> TestResponse:
    return submit(visitor, forms(visitor.get(query(url=url)).text)[1])


def sold_site(visitor: FlaskClient) -> str:
    """A site whose contact changed; the link that its former contact was mailed then."""
    with clock.fixed(START - timedelta(days=1)):
        register(visitor, name="A site", contactemail=FORMER)
    with clock.fixed(START):
        register(visitor, name="A site", contactemail=NOW)
    return link_in(mails("site-contact-changed", FORMER)[-1])


def test_a_former_contact_who_speaks_up_after_the_two_weeks_decides_nothing_again(visitor: FlaskClient) -> None:
    link = sold_site(visitor)
    with clock.fixed(START + timedelta(days=13)):
        form = forms(visitor.get(link).text)[-1]
    with clock.fixed(START + timedelta(days=15)):
        assert visitor.get(link).status_code == 403
        assert submit(visitor, form).status_code == 403
        claim_move(visitor)
    assert [mail.recipient for mail in mails("site-move-asked")] == [NOW]


def test_that_the_present_contact_disowns_the_site_gives_the_former_one_nothing_back(visitor: FlaskClient) -> None:
    sold_site(visitor)
    with clock.fixed(START + timedelta(days=20)):
        with transaction(db.session):
            disowning.disown(only_site(), by=MAILED_LINK)
        claim_move(visitor)
    assert [mail.recipient for mail in mails("site-move-asked")] == [NOW]


def test_a_former_contact_who_speaks_up_in_time_decides_until_a_moderator_has_looked(visitor: FlaskClient) -> None:
    link = sold_site(visitor)
    with clock.fixed(START + timedelta(days=13)):
        submit(visitor, forms(visitor.get(link).text)[-1])
    with clock.fixed(START + timedelta(days=20)):
        assert visitor.get(link).status_code == 200
        claim_move(visitor)
    assert [mail.recipient for mail in mails("site-move-asked")] == [FORMER]


@pytest.mark.parametrize("erased", [FORMER, ""])
def test_who_knows_the_secret_of_a_site_without_contact_cannot_name_himself_and_let_himself_in(
    visitor: FlaskClient, erased: str
) -> None:
    with clock.fixed(START):
        register(visitor, name="A site", contactemail=erased)
        with transaction(db.session):
            persons.erase(FORMER, by=COMMAND)
        register(visitor, contactemail=THIEF)
        claim_move(visitor)
        visitor.get(query(token="another secret"))
    assert mails("site-move-asked") == []
    assert [mail.recipient for mail in mails("site-url-taken")] == ["moderator@hub.test"]
    with clock.fixed(START + timedelta(days=15)):
        visitor.get(query(token="a third secret"))
    assert mails("site-url-taken")[-1].recipient == THIEF


def test_that_a_former_contact_is_erased_gives_the_new_one_nothing_before_its_time(visitor: FlaskClient) -> None:
    with clock.fixed(START):
        register(visitor, name="A site", contactemail=FORMER)
        register(visitor, contactemail=THIEF)
        with transaction(db.session):
            persons.erase(FORMER, by=COMMAND)
        claim_move(visitor)
    assert mails("site-move-asked") == []


def test_once_a_moderator_has_named_another_contact_the_links_in_the_old_mailbox_open_nothing(
    visitor: FlaskClient,
) -> None:
    register(visitor, name="A site", contactemail=FORMER)
    claim_move(visitor)
    visitor.get(query(token="another secret"))
    links = [link_in(mails(name)[0]) for name in ("site-move-asked", "site-url-taken")]
    accepting = [forms(visitor.get(link).text)[number] for link, number in zip(links, (1, 0), strict=True)]
    with transaction(db.session):
        moderation.edit(only_site(), {"contact_email": NOW}, by=COMMAND)
    assert [visitor.get(link).status_code for link in links] == [403, 403]
    assert [submit(visitor, form).status_code for form in accepting] == [403, 403]
    assert (only_site().url, only_site().contact_email) == (SITE_URL, NOW)


def test_undoing_a_corrected_contact_does_not_end_the_two_weeks_of_the_former_one(visitor: FlaskClient) -> None:
    with clock.fixed(START):
        register(visitor, name="A site", contactemail=FORMER)
        register(visitor, contactemail=THIEF)
        with transaction(db.session):
            moderation.edit(only_site(), {"contact_email": NOW}, by=COMMAND)
        with transaction(db.session):
            undoing.undo(undoing.of(only_site(), 1)[0].id, by=COMMAND)
        claim_move(visitor)
    assert only_site().contact_email == THIEF
    assert [mail.recipient for mail in mails("site-move-asked")] == [FORMER]


def test_a_secret_that_is_blocked_while_the_site_is_asked_does_not_bring_it_back(
    visitor: FlaskClient, probe: FakeProbe
) -> None:
    register(visitor, name="A site")

    def block() -> None:
        probe.meanwhile = None
        with transaction(db.session):
            blocking.block(only_site(), by=COMMAND, reason="stolen")

    probe.meanwhile = block
    answer = visitor.get(query())
    assert (answer.status_code, only_site().state) == (403, SiteState.REMOVED)
    assert "renewregistration.php" in answer.text


def test_an_attempt_whose_secret_was_blocked_while_it_waited_is_let_in_by_nobody(visitor: FlaskClient) -> None:
    register(visitor, name="A site", contactemail=FORMER)
    stolen = "a secret of two sites"
    register(visitor, url=EVIL, token=stolen)
    visitor.get(query(token=stolen))
    with transaction(db.session):
        blocking.block(listing.get_by_url(EVIL), by=COMMAND, reason="stolen")
    answer = submit(visitor, forms(visitor.get(link_in(mails("site-url-taken")[0])).text)[0])
    assert (answer.status_code, "registrationblocked" in answer.text) == (403, True)
    with pytest.raises(blocking.SecretBlocked), transaction(db.session):
        replacing.admit_by_moderator(db.session.scalars(sa.select(Attempt)).one(), by=COMMAND)
    assert listing.get_by_url(SITE_URL).name == "A site"


def test_a_removal_is_not_undone_when_all_secrets_of_that_kind_were_blocked_since(visitor: FlaskClient) -> None:
    one, two = (make_site(secret=f"many sites are clones of one{number:014d}") for number in (1, 2))
    with transaction(db.session):
        leaving.remove(one, by=COMMAND, reason="spam", with_courses=False)
        blocking.block(two, by=COMMAND, reason="stolen")
    with pytest.raises(undoing.UndoRefused, match="is blocked"), transaction(db.session):
        undoing.undo(undoing.of(one, 1)[0].id, by=COMMAND)


def test_a_removal_that_is_undone_does_not_leave_trust_paused_for_a_move_that_ended(visitor: FlaskClient) -> None:
    register(visitor, name="A site", contactemail=FORMER)
    with transaction(db.session):
        moderation.trust(only_site(), by=COMMAND, reason="known")
    claim_move(visitor)
    assert only_site().trust_paused
    with transaction(db.session):
        leaving.remove(only_site(), by=COMMAND, reason="spam", with_courses=False)
    with transaction(db.session):
        undoing.undo(undoing.of(only_site(), 1)[0].id, by=COMMAND)
    assert (only_site().trusted, only_site().trust_paused) == (True, False)
    assert moving.find_waiting(only_site()) is None


@pytest.mark.parametrize("hold", ["hold", "hold_by_key", "hold_known", "hold_returning"])
def test_whoever_holds_a_site_sees_it_as_it_is_and_not_as_it_was_read_before(visitor: FlaskClient, hold: str) -> None:
    """On PostgreSQL others commit between the two."""
    left = SiteState.UNREGISTERED if hold == "hold_returning" else SiteState.LIVE
    site = make_site(visible=True, state=left)
    key, secret = site.url_key, site.secret_hash
    arguments = {"hold": (site.id,), "hold_by_key": (key,)}.get(hold, (key, secret))
    with transaction(db.session):
        assert listing.get(site.id).visible
        db.session.execute(sa.update(Site).values(visible=False), execution_options={"synchronize_session": False})
        getattr(listing, hold)(*arguments)
        assert site.visible is False
