"""Who runs the hub: invited, given roles, kept out, forgotten; and one administrator always remains."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import PERMISSIONS, Permission, Role
from hub.accounts import invitations, jobs, people, standing
from hub.accounts.factor_models import RecoveryCode
from hub.accounts.models import Invitation, User
from hub.database import retrying, transaction
from hub.errors import HubError
from hub.events.models import EventDetails, EventRow
from hub.events.record import COMMAND
from hub.events.verifying import broken_links
from hub.extensions import db
from hub.privacy import persons
from tests.accounts.conftest import happened, kinds, link, mails, make_person, token_in
from tests.support.pages import PASSWORD, Visitor, counted_statements, visitor

ACCEPTED = {"username": "newcomer", "password": "a good new password"}


def person(name: str) -> User:
    found = people.find(name)
    assert found is not None
    return found


def do(browser: Visitor, act: str, user: User, status: int = 302, **fields: str) -> str:
    """What the page says after this act on this person, confirmed."""
    answer = browser.post("/admin/people/acts", status, act=act, ids=str(user.id), confirmed="1", **fields)
    return browser.get(f"/admin/people/{user.id}").words if status == 302 and act != "delete" else answer.text


# -- invitations


def invite(browser: Visitor, email: str = "new@hub.test", role: str = "auditor") -> str:
    """The path of the link in the mail."""
    browser.post("/admin/people/invite", email=email, role=role)
    return link(mails("invitation")[-1])


def test_whoever_is_invited_chooses_name_and_password_and_has_the_role(app: Flask, administrator: Visitor) -> None:
    path = invite(administrator)
    guest = visitor(app)
    form = guest.get(path)
    assert "invited as auditor, at new@hub.test" in form.words
    assert guest.post("/invitation", token=form.hidden("token")[0], **ACCEPTED).location == "/login"
    guest.sign_in("newcomer", ACCEPTED["password"]).get("/admin/")
    assert (person("newcomer").role, person("newcomer").email) == (Role.AUDITOR, "new@hub.test")
    assert kinds().count("person invited") == 1


def test_looking_at_the_link_uses_nothing_up(app: Flask, administrator: Visitor) -> None:
    path, before = invite(administrator), happened()
    for _ in range(3):
        visitor(app).get(path)
    assert happened() == before


def test_the_link_opens_one_account_and_no_second(app: Flask, administrator: Visitor) -> None:
    path = invite(administrator)
    token = token_in(mails("invitation")[0])
    visitor(app).post("/invitation", token=token, **ACCEPTED)
    visitor(app).post("/invitation", status=410, token=token, username="again", password="a good new password")
    visitor(app).get(path, status=410)
    assert people.find("again") is None


def test_the_database_does_not_know_the_key_of_the_link(administrator: Visitor) -> None:
    invite(administrator)
    token = token_in(mails("invitation")[0])
    [row] = db.session.scalars(sa.select(Invitation))
    assert token not in (row.token_hash, row.email)


@pytest.mark.parametrize("token", ["", "x", "é" * 300])
def test_a_key_that_was_never_mailed_opens_nothing(app: Flask, administrator: Visitor, token: str) -> None:
    visitor(app).get(f"/invitation?token={token}", status=410)
    visitor(app).post("/invitation", status=410, token=token, **ACCEPTED)


def test_an_invitation_ends_after_a_week_and_can_be_sent_again(app: Flask, administrator: Visitor) -> None:
    old = invite(administrator)
    with clock.fixed(clock.now() + timedelta(days=8)):
        visitor(app).get(old, status=410)
        administrator.sign_in("ada")
        assert "too old" in administrator.get("/admin/people").words
        before = happened()
        administrator.post("/admin/people/invitations/acts", act="send-again", ids="1")
        assert kinds(before) == ["invitation sent again"]
        visitor(app).get(old, status=410)
        visitor(app).get(link(mails("invitation")[-1]))


def test_a_withdrawn_invitation_opens_nothing(app: Flask, administrator: Visitor) -> None:
    path, before = invite(administrator), happened()
    administrator.post("/admin/people/invitations/acts", act="withdraw", ids="1")
    assert kinds(before) == ["invitation withdrawn"]
    visitor(app).get(path, status=410)
    assert "new@hub.test" not in administrator.get("/admin/people").words
    administrator.post("/admin/people/invitations/acts", status=422, act="send-again", ids="1")


def test_inviting_somebody_anew_ends_the_earlier_invitation(app: Flask, administrator: Visitor) -> None:
    first, second = invite(administrator), invite(administrator, role="moderator")
    visitor(app).get(first, status=410)
    assert "as moderator" in visitor(app).get(second).words


def test_what_does_not_fit_is_said_and_the_link_stays_good(app: Flask, administrator: Visitor) -> None:
    path = invite(administrator)
    token, guest = token_in(mails("invitation")[0]), visitor(app)
    taken = guest.post("/invitation", status=422, token=token, username="ADA", password="a good new password")
    assert "There is a user" in taken.words
    assert "At least 10" in guest.post("/invitation", status=422, token=token, username="x", password="short").words
    guest.get(path)


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c.test", "x\r\nBcc: all@hub.test"])
def test_an_invitation_needs_an_address(administrator: Visitor, email: str) -> None:
    administrator.post("/admin/people/invite", status=422, email=email, role="moderator")
    administrator.post("/admin/people/invite", status=422, email="a@hub.test", role="emperor")
    assert mails("invitation") == []


def test_an_invitation_is_forgotten_a_month_after_its_end_or_when_its_person_asks(app: Flask) -> None:
    with transaction(db.session):
        for name in ("one", "two"):
            invitations.invite(f"{name}@hub.test", Role.AUDITOR, by=COMMAND)
    assert [each.holder.name for each in persons.find("one@hub.test")][:1] == ["invitations"]
    with transaction(db.session):
        assert invitations.forget("one@hub.test") == 1
    jobs.forget_sessions()
    assert len(invitations.open_ones()) == 1
    with clock.fixed(clock.now() + timedelta(days=38)):
        jobs.forget_sessions()
    assert list(invitations.open_ones()) == []


# -- roles and bans


def test_another_role_works_with_the_very_next_page(app: Flask, administrator: Visitor, eve: User) -> None:
    browser = visitor(app).sign_in("eve")
    browser.post("/admin/sites/acts", act="hide")
    before = happened()
    assert "auditor" in do(administrator, "make-auditor", eve)
    assert kinds(before) == ["role changed"]
    browser.post("/admin/sites/acts", status=403, act="hide")


def test_a_ban_ends_every_session_and_lifting_it_revives_none(app: Flask, administrator: Visitor, eve: User) -> None:
    browser, before = visitor(app).sign_in("eve"), happened()
    do(administrator, "ban", eve, reason="left us")
    browser.get("/account", status=302)
    visitor(app).post("/login", status=403, username="eve", password=PASSWORD)
    do(administrator, "unban", eve)
    assert kinds(before) == ["user banned", "sign-in failed", "user unbanned"]
    browser.get("/account", status=302)
    browser.sign_in("eve").get("/account")


def test_sessions_of_somebody_can_be_ended_without_a_ban(app: Flask, administrator: Visitor, eve: User) -> None:
    browser, before = visitor(app).sign_in("eve"), happened()
    do(administrator, "end-sessions", eve)
    assert kinds(before) == ["sessions ended"]
    browser.get("/account", status=302)


def test_a_ban_needs_its_reason(administrator: Visitor, eve: User) -> None:
    assert "Write the reason" in do(administrator, "ban", eve, status=422)
    assert not person("eve").banned


@pytest.mark.parametrize("act", ["make-moderator", "ban", "delete"])
def test_nobody_changes_their_own_standing(administrator: Visitor, act: str) -> None:
    make_person("Bob", Role.ADMINISTRATOR)
    ada, before = person("ada"), happened()
    assert "Nobody changes their own standing" in do(administrator, act, ada, status=422, reason="why not")
    assert happened() == before
    assert "This is you" in administrator.get(f"/admin/people/{ada.id}").words


def test_nobody_gives_more_than_they_have(app: Flask, eve: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PERMISSIONS, Role.MODERATOR, PERMISSIONS[Role.MODERATOR] | {Permission.MANAGE_PEOPLE})
    other = make_person("Other", Role.AUDITOR)
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        with pytest.raises(standing.NotAllowedAnyMore), transaction(db.session):
            standing.change_role(other, role, by=eve)
        with pytest.raises(standing.NotAllowedAnyMore), transaction(db.session):
            invitations.invite("accomplice@hub.test", role, by=eve)


def test_the_last_administrator_stays_whoever_asks(app: Flask) -> None:
    ada = make_person("Ada", Role.ADMINISTRATOR)
    banned = make_person("Bob", Role.ADMINISTRATOR)
    with transaction(db.session):
        standing.ban(banned, by=COMMAND)
    acts: list[Callable[[], None]] = [
        lambda: standing.change_role(ada, Role.MODERATOR, by=COMMAND),
        lambda: standing.ban(ada, by=COMMAND),
        lambda: standing.delete(ada, by=COMMAND),
    ]
    for act in acts:
        with pytest.raises(standing.LastAdministrator), transaction(db.session):
            act()
    assert person("ada").may(Permission.MANAGE_PEOPLE)


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """What each act gives, all begun at the same moment, each with a session of its own; HubErrors as values."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        with app.app_context():
            start.wait()
            try:
                return act()
            except HubError as error:
                return error

    db.session.remove()
    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def _demoting(actor_id: int, victim_id: int, act: str) -> Callable[[], object]:
    def carry_out() -> None:
        actor, victim = db.session.get_one(User, actor_id), db.session.get_one(User, victim_id)
        if act == "demote":
            standing.change_role(victim, Role.AUDITOR, by=actor)
        elif act == "ban":
            standing.ban(victim, by=actor)
        else:
            standing.delete(victim, by=actor)

    return lambda: retrying(db.session, carry_out)


@pytest.mark.parametrize("act", ["demote", "ban", "delete"])
def test_of_two_administrators_who_turn_on_each_other_at_once_one_remains(app: Flask, act: str) -> None:
    ada, bob = make_person("Ada", Role.ADMINISTRATOR).id, make_person("Bob", Role.ADMINISTRATOR).id
    outcomes = at_once(app, _demoting(ada, bob, act), _demoting(bob, ada, act))
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "NotAllowedAnyMore"]
    left = sa.select(User).where(User.role == Role.ADMINISTRATOR, people.active())
    assert len(db.session.scalars(left).all()) == 1


def test_two_who_accept_one_invitation_at_once_get_one_account(app: Flask) -> None:
    with transaction(db.session):
        _, token = invitations.invite("new@hub.test", Role.MODERATOR, by=COMMAND)
    acts = [
        lambda name=name: retrying(db.session, lambda: invitations.accept(token, name, PASSWORD).id) for name in "xy"
    ]
    outcomes = at_once(app, *acts)
    assert sorted(isinstance(each, invitations.InvitationOver) for each in outcomes) == [False, True]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


# -- deletion


def test_whoever_is_deleted_is_nameless_and_what_they_did_stays(app: Flask, administrator: Visitor, eve: User) -> None:
    browser = visitor(app).sign_in("eve")
    with transaction(db.session):
        db.session.add(RecoveryCode(user_id=eve.id, code_hash="x"))
    do(administrator, "delete", eve, reason="asked for it")
    browser.get("/account", status=302)
    gone = db.session.get_one(User, eve.id)
    assert (gone.username, gone.email, gone.password_hash) == (f"deleted-{eve.id}", "", "")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 0
    assert db.session.scalars(sa.select(EventRow.id).where(EventRow.actor == gone.actor)).all()
    kept = [str(each) for each in db.session.scalars(sa.select(EventDetails.details))]
    assert [each for each in kept if "Eve" in each] == []
    assert list(broken_links()) == []
    assert administrator.get("/admin/people").page.xpath(f"//a[@href='/admin/people/{eve.id}']") == []
    administrator.get(f"/admin/people/{eve.id}", status=404)


def test_the_name_of_somebody_deleted_is_free_again(administrator: Visitor, eve: User) -> None:
    do(administrator, "delete", eve, reason="asked for it")
    make_person("Eve")
    assert person("eve").id != eve.id


# -- looking


def test_the_list_says_who_is_what_since_when_and_finds_people(app: Flask, administrator: Visitor, eve: User) -> None:
    page = administrator.get("/admin/people").page
    assert page.xpath("string(//caption)") == "2 people"
    cells = page.xpath("//tbody/tr[2]/*")
    assert [cell.text_content().strip() for cell in cells] == ["Eveeve@hub.test", "moderator", "–", "never", "0"]
    assert "1 person" in administrator.get("/admin/people?search=EVE%40hub").words
    assert "1 person" in administrator.get("/admin/people?role=administrator").words
    assert "Nobody fits" in administrator.get("/admin/people?state=banned").words
    assert "Nobody fits" in administrator.get("/admin/people?search=%25").words


def test_the_list_asks_as_much_for_many_as_for_few(app: Flask, administrator: Visitor) -> None:
    counts = []
    for _ in range(2):
        with counted_statements() as statements:
            administrator.get("/admin/people")
        counts.append(len(statements))
        for number in range(15):
            make_person(f"Person{len(counts)}{number}")
    assert counts[0] == counts[1]


def test_an_auditor_looks_and_does_not_act(app: Flask, administrator: Visitor, eve: User) -> None:
    make_person("Audit", Role.AUDITOR)
    auditor = visitor(app).sign_in("audit")
    for path in ("/admin/people", f"/admin/people/{eve.id}", "/admin/people/roles"):
        assert auditor.get(path).page.xpath("//main//form[@method='post']") == []
    auditor.post("/admin/people/acts", status=403, act="ban", ids=str(eve.id))


def test_the_page_of_roles_shows_each_permission_as_it_is(administrator: Visitor) -> None:
    page = administrator.get("/admin/people/roles").page
    for permission in Permission:
        cells = page.xpath("//tr[th=$name]/td", name=permission.value)
        may = [cell.text_content() == "yes" for cell in cells]
        assert may == [permission in PERMISSIONS[role] for role in Role], permission
