"""Sites are asked again and again, by several workers, and what follows is told before it happens."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.courses.models import Course
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.outgoing.errors import HubBusy
from hub.registration import leaving
from hub.settings import declared
from hub.sites import checks, jobs, matters, moderation, totals
from hub.sites.callers import SiteCallers
from hub.sites.models import Hider, MatterKind, OutageStep, Reachability, Site, SiteCheck
from hub.sites.probe import ProbeResult
from hub.webservices.registry import registry
from tests.factories import make_course, make_site, make_token
from tests.fakes import FakeProbe

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
JOB = "job:check-sites"

Due = Callable[..., Site]


@pytest.fixture
def probe(app: Flask) -> FakeProbe:
    """A world of sites; those whose URL contains ``dead`` do not answer."""
    probe = FakeProbe(unreachable=_Dead())
    app.extensions["hub_probe"] = probe
    return probe


class _Dead:
    words: tuple[str, ...] = ("dead",)

    def __contains__(self, url: object) -> bool:
        return any(word in str(url) for word in self.words)


@pytest.fixture
def now(app: Flask) -> Iterator[None]:
    with clock.fixed(BEGIN):
        yield


def due(url: str = "https://dead.example.org", **values: object) -> Site:
    """A site whose turn has come."""
    defaults = {"next_check_at": clock.now() - timedelta(minutes=1), "confirmed_at": clock.now()}
    return make_site(url=url, **defaults | values)


def fresh(site: Site) -> Site:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.get(Site, site.id)
    assert found is not None
    return found


def pass_days(count: float, begin: datetime = BEGIN) -> None:
    """Let the worker live through so many days: it works whenever something is due."""
    moment = begin
    while moment < begin + count * DAY:
        with clock.fixed(moment):
            jobs.check_sites()
            soonest = db.session.scalar(sa.select(sa.func.min(Site.next_check_at)))
        assert soonest is not None
        moment = max(soonest, moment + timedelta(minutes=1))


def mails(site: Site) -> list[str]:
    sent = sa.select(OutgoingMail.name).where(OutgoingMail.recipient == site.contact_email).order_by(OutgoingMail.id)
    return list(db.session.scalars(sent))


def events(site: Site) -> list[tuple[str, str]]:
    about = sa.select(EventRow.kind, EventRow.actor).where(
        EventRow.subject_type == "site", EventRow.subject_id == site.id
    )
    return [(kind, actor) for kind, actor in db.session.execute(about.order_by(EventRow.id))]


def test_a_dead_site_is_told_twice_then_hidden_and_comes_back_by_itself(app: Flask, probe: FakeProbe) -> None:
    with clock.fixed(BEGIN):
        site = due(trusted=False)
        course = make_course(site)
    pass_days(33)
    site = fresh(site)
    assert (site.visible, site.hidden_by, site.reachability) == (False, Hider.REACHABILITY, Reachability.UNREACHABLE)
    assert mails(site) == ["site-unreachable", "site-hiding-soon", "site-hidden"]
    assert events(site) == [("site unreachable", JOB), ("site hidden", JOB)]
    assert not db.session.get_one(Course, course.id).listed
    assert totals.read().site_count == totals.read().enrollable_count == 0
    probe.unreachable = ()
    pass_days(2, BEGIN + 34 * DAY)
    site = fresh(site)
    assert (site.visible, site.hidden_by, site.outage_step) == (True, Hider.NOBODY, OutageStep.NONE)
    assert mails(site)[3:] == ["site-reachable-again"]
    assert events(site)[2:] == [("site reachable again", JOB), ("site shown", JOB)]
    assert db.session.get_one(Course, course.id).listed
    assert totals.read().site_count == 1


def test_a_moderators_hide_wins_over_the_jobs(app: Flask, probe: FakeProbe) -> None:
    with clock.fixed(BEGIN):
        site = due()
    pass_days(33)
    with clock.fixed(BEGIN + 34 * DAY), transaction(db.session):
        moderation.hide(fresh(site), by=COMMAND, reason="spam")
    probe.unreachable = ()
    pass_days(3, BEGIN + 34 * DAY)
    site = fresh(site)
    assert (site.visible, site.hidden_by, site.reachability) == (False, Hider.MODERATOR, Reachability.REACHABLE)
    assert events(site)[2:] == [("site hidden", "command"), ("site reachable again", JOB)]


def test_a_trusted_site_is_a_matter_for_moderators_instead_until_it_answers(app: Flask, probe: FakeProbe) -> None:
    with clock.fixed(BEGIN):
        site = due(trusted=True)
    pass_days(33)
    site = fresh(site)
    assert site.visible
    assert [matter.kind for matter in matters.of(site)] == [MatterKind.UNREACHABLE]
    probe.unreachable = ()
    pass_days(2, BEGIN + 34 * DAY)
    assert matters.of(fresh(site)) == []


def test_nothing_is_secret_in_what_the_contact_is_told(app: Flask, probe: FakeProbe, now: None) -> None:
    site = due(contact_name="Ada")
    secret = ProbeResult(False, cause="noanswer", sentence="No answer came.", detail="10.1.2.3 refused the connection")
    app.extensions["hub_probe"] = lambda url, within: secret
    for day in range(5):
        with clock.fixed(BEGIN + day * DAY):
            jobs.check([checks.Claimed(site.id, site.url, "dead.example.org", False)])
    mail = db.session.scalars(sa.select(OutgoingMail)).one()
    assert "No answer came." in mail.body
    assert "10.1.2.3" not in mail.body
    assert f"http://hub.test/sites/{site.id}/why?token=" in mail.body
    assert "10.1.2.3" in checks.newest(site)[0].detail


def test_when_the_hub_itself_reaches_nobody_no_failure_counts(app: Flask, probe: FakeProbe, now: None) -> None:
    sites = [due(f"https://dead{n}.example.org", reachability=Reachability.REACHABLE) for n in range(4)]
    assert jobs.check_sites() == 4
    for site in map(fresh, sites):
        assert (site.reachability, site.failure_count) == (Reachability.REACHABLE, 0)
        assert site.next_check_at < BEGIN + timedelta(hours=1)
        assert [(check.reachable, check.counted) for check in checks.newest(site)] == [(False, False)]


def test_others_are_asked_when_a_round_alone_tells_too_little(app: Flask, probe: FakeProbe, now: None) -> None:
    later = {"reachability": Reachability.REACHABLE, "next_check_at": BEGIN + timedelta(hours=9)}
    for number in range(3):
        make_site(url=f"https://also-dead{number}.example.org", **later)
    site = due()
    jobs.check_sites()
    assert fresh(site).reachability is Reachability.UNKNOWN
    probe.unreachable = {site.url}
    with clock.fixed(BEGIN + DAY / 4):
        jobs.check_sites()
    assert fresh(site).reachability is Reachability.FAILING


def test_a_hub_with_one_site_asks_its_control_address(app: Flask, probe: FakeProbe, now: None) -> None:
    declared.change("controladdress", "https://dead-control.example.org")
    db.session.commit()
    site = due()
    jobs.check_sites()
    assert fresh(site).reachability is Reachability.UNKNOWN
    probe.unreachable = {site.url}
    with clock.fixed(BEGIN + DAY / 4):
        jobs.check_sites()
    assert fresh(site).reachability is Reachability.FAILING


def test_a_round_asks_each_host_little_and_leaves_the_rest_for_later(app: Flask, probe: FakeProbe, now: None) -> None:
    for number in range(5):
        due(f"https://one.example.org/moodle{number}")
    due("https://other.example.org")
    with transaction(db.session):
        claimed = checks.claim(10)
    assert Counter(each.host for each in claimed) == {"one.example.org": 2, "other.example.org": 1}
    with transaction(db.session):
        assert checks.claim(10) == []
    with clock.fixed(BEGIN + timedelta(hours=2)), transaction(db.session):
        assert checks.claim(10) != []


def test_what_the_hub_was_too_busy_to_ask_is_asked_again_soon(app: Flask, now: None) -> None:
    def busy(url: str, within: float) -> ProbeResult:
        raise HubBusy

    app.extensions["hub_probe"] = busy
    site = due()
    jobs.check_sites()
    site = fresh(site)
    assert checks.newest(site) == []
    assert site.next_check_at == BEGIN + checks.NOT_ASKED_PAUSE


def test_no_transaction_is_open_while_sites_are_asked(app: Flask, now: None) -> None:
    open_ones: list[bool] = []

    def look(url: str, within: float) -> ProbeResult:
        open_ones.append(db.session.registry.has() and db.session().in_transaction())
        return ProbeResult(True, 200, url)

    app.extensions["hub_probe"] = look
    due("https://one.example.org")
    jobs.check_sites()
    assert open_ones == [False]
    assert not db.session().in_transaction()


def test_a_site_that_left_or_moved_meanwhile_is_not_judged(app: Flask, probe: FakeProbe, now: None) -> None:
    leaver, mover = due("https://dead1.example.org"), due("https://dead2.example.org")
    with transaction(db.session):
        claimed = checks.claim(10)
    with transaction(db.session):
        leaving.remove(leaver, by=COMMAND, reason="", with_courses=False)
        moderation.edit(mover, {"url": "https://moved.example.org"}, by=COMMAND)
    jobs.check(claimed)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SiteCheck)) == 0


def test_several_workers_ask_no_site_twice(app: Flask, probe: FakeProbe, now: None) -> None:
    for number in range(40):
        due(f"https://site{number}.example.org")
    start = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            start.wait()
            jobs.check_sites()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(Counter(url for url, _within in probe.asked).values()) == [1] * 40


def test_no_more_than_so_many_are_asked_in_a_minute(
    app: Flask, probe: FakeProbe, now: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "A_MINUTE", 5)
    monkeypatch.setattr(jobs, "A_ROUND", 3)
    for number in range(9):
        due(f"https://site{number}.example.org")
    assert jobs.check_sites() == 6
    assert jobs.check_sites() == 3
    declared.change("checksites", "0")
    db.session.commit()
    assert jobs.check_sites() == 0


def test_a_new_site_is_asked_within_the_hour_after_the_first(app: Flask, probe: FakeProbe, now: None) -> None:
    make_site(url="https://new.example.org")
    assert jobs.check_sites() == 0
    with clock.fixed(BEGIN + timedelta(minutes=61)):
        assert jobs.check_sites() == 1


def test_a_call_is_a_sign_of_life_and_makes_the_check_due(app: Flask, probe: FakeProbe, now: None) -> None:
    declared.change("hubenabled", "1")
    site = due(reachability=Reachability.UNREACHABLE, next_check_at=BEGIN + 5 * DAY)
    token = make_token(site)
    callers, function = SiteCallers(), registry.get("hub_update_site_info")
    callers.admit(callers.find_caller(token, function), function)
    assert (fresh(site).heard_at, fresh(site).next_check_at) == (BEGIN, BEGIN)
    with clock.fixed(BEGIN + DAY / 48):
        callers.admit(callers.find_caller(token, function), function)
    assert fresh(site).heard_at == BEGIN


def test_a_call_of_a_site_that_answers_writes_nothing(app: Flask, now: None) -> None:
    declared.change("hubenabled", "1")
    site = make_site(reachability=Reachability.REACHABLE)
    token = make_token(site)
    callers, function = SiteCallers(), registry.get("hub_update_site_info")
    callers.admit(callers.find_caller(token, function), function)
    assert fresh(site).heard_at is None


def test_the_history_of_a_site_stays_short_and_keeps_its_changes(app: Flask, now: None) -> None:
    site, other = make_site(), make_site()
    for number in range(120):
        db.session.add(
            SiteCheck(
                site_id=site.id,
                at=BEGIN + timedelta(hours=number),
                reachable=True,
                state=Reachability.REACHABLE,
                changed=number % 30 == 0,
            )
        )
    db.session.add(SiteCheck(site_id=other.id, at=BEGIN, reachable=True, state=Reachability.REACHABLE))
    db.session.commit()
    assert jobs.tidy_checks() == 120 - 40 - 3
    kept = checks.newest(site, 200)
    assert len(kept) == 43
    assert sum(check.changed for check in kept) == 4
    assert len(checks.newest(other)) == 1
    assert jobs.tidy_checks() == 0


def test_the_strip_shows_the_state_that_held_on_days_without_a_check(app: Flask, now: None) -> None:
    site = make_site()
    for days, reachable, state in ((70, True, "REACHABLE"), (20, False, "FAILING"), (10, False, "UNREACHABLE")):
        db.session.add(
            SiteCheck(site_id=site.id, at=BEGIN - days * DAY, reachable=reachable, state=Reachability[state])
        )
    db.session.commit()
    strip = checks.days(site)
    assert len(strip) == 60
    assert strip[-1].on == BEGIN.date()
    assert Counter(day.state for day in strip) == {
        Reachability.REACHABLE: 39,
        Reachability.FAILING: 10,
        Reachability.UNREACHABLE: 11,
    }
    assert sum(day.failed for day in strip) == 2


def test_a_round_costs_as_many_statements_for_twelve_sites_as_for_two(app: Flask, probe: FakeProbe, now: None) -> None:
    def statements(count: int, name: str) -> int:
        for number in range(count):
            due(f"https://{name}{number}.example.org")
        seen: list[str] = []
        listen = lambda *given: seen.append(given[2])  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        jobs.check_sites()
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    assert statements(12, "many") == statements(2, "few")
