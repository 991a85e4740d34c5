"""Who may enter: walks every address of the hub, as everybody, and compares with the reviewed table ``access.tsv``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from hub import clock
from hub.access import PERMISSIONS, Permission, Role
from hub.accounts import people
from hub.accounts.models import User, UserSession
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import csrf, db
from hub.settings import declared as settings
from tests.support.pages import PASSWORD, Answer, Visitor, visitor

TABLE = Path(__file__).with_name("access.tsv")
SEEING = {each for each in Permission if each.name.startswith("SEE_")}
ROOMS = ("/admin", "/local/hub/admin")
OTHERWISE_GUARDED = "confirmregistration"  # the directory's answer carries a token
LEADING_OUT = "/account/sessions/end"  # ends the session that it was sent from


@dataclass(frozen=True)
class Door:
    """An address and how it is entered: who may, and whether they prove first, once more, who they are."""

    rule: str
    method: str
    who: str  # anybody, signed in, or the name of a permission
    confirmed: str  # yes or no

    @property
    def line(self) -> str:
        return "\t".join((self.rule, self.method, self.who, self.confirmed))

    @property
    def permission(self) -> Permission | None:
        return Permission[self.who] if self.who in Permission.__members__ else None


def reviewed() -> list[Door]:
    """What was read and found right by a person."""
    lines = TABLE.read_text().splitlines()[1:]
    return [Door(*line.split("\t")) for line in lines]


def declared(app: Flask) -> list[Door]:
    """What the views say."""
    return [
        Door(str(rule), method, _who(view), "yes" if getattr(view, "confirmed", False) else "no")
        for method in ("GET", "POST")
        for rule in rules(app, method)
        for view in [app.view_functions[rule.endpoint]]
    ]


def _who(view: object) -> str:
    declaration = getattr(view, "access", None)
    if isinstance(declaration, Permission):
        return declaration.name
    return {"open to all": "anybody"}.get(str(declaration), str(declaration))


def rules(app: Flask, method: str) -> Iterator[Rule]:
    """The addresses that take this method, our static files apart."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint != "static":
            yield rule


def path(rule: Rule) -> str:
    """The address with a number or a word in each of its gaps."""
    gaps = {name: 1 if "Integer" in type(each).__name__ else "x" for name, each in rule._converters.items()}
    return str(rule.build(gaps)[1])


def doors(app: Flask) -> Iterator[tuple[Door, str]]:
    """Every door of the reviewed table with an address behind it."""
    paths = {(str(rule), method): path(rule) for method in ("GET", "POST") for rule in rules(app, method)}
    for door in reviewed():
        if (door.rule, door.method) in paths:
            yield door, paths[door.rule, door.method]


def exempt(app: Flask, rule: Rule) -> bool:
    view = app.view_functions[rule.endpoint]
    by_blueprint = app.blueprints.get(rule.endpoint.split(".")[0]) in csrf._exempt_blueprints
    return by_blueprint or f"{view.__module__}.{view.__name__}" in csrf._exempt_views


def person(app: Flask, role: Role) -> Visitor:
    with transaction(db.session):
        people.create(role.value, f"{role.value}@hub.test", PASSWORD, role, by=COMMAND)
    return visitor(app).sign_in(role.value)


def knock(browser: Visitor, door: Door, address: str, token: str) -> Answer:
    return browser.send(door.method, address, data={"csrf_token": token} if door.method == "POST" else None)


def sent_to_sign_in(answer: Answer) -> bool:
    return answer.status == 302 and str(answer.location).partition("?")[0] == "/login"


def test_every_door_stands_in_the_reviewed_table_as_it_is(app: Flask) -> None:
    known, found = reviewed(), declared(app)
    missing = sorted({door.line for door in found} - {door.line for door in known})
    surplus = sorted({door.line for door in known} - {door.line for door in found})
    assert (missing, surplus) == ([], []), "\n".join(
        [
            "tests/access.tsv differs from the hub. Think who may enter, then, in the order of the file (sort):",
            *(f"add     {line}" for line in missing),
            *(f"remove  {line}" for line in surplus),
        ]
    )


def test_the_table_is_sorted_and_says_nothing_twice() -> None:
    lines = [door.line for door in reviewed()]
    assert lines == sorted(set(lines))
    assert {door.who for door in reviewed()} <= {"anybody", "signed in", *Permission.__members__}


def test_the_moderators_rooms_ask_for_a_permission() -> None:
    lax = [door.line for door in reviewed() if door.rule.startswith(ROOMS) and door.permission is None]
    assert [line for line in lax if OTHERWISE_GUARDED not in line] == []


def test_every_act_asks_for_more_than_seeing() -> None:
    assert [door.line for door in reviewed() if door.method == "POST" and door.permission in SEEING] == []


def test_whoever_has_not_signed_in_is_sent_to_do_so(app: Flask) -> None:
    browser = visitor(app)
    token = browser.token()
    for door, address in doors(app):
        if door.who != "anybody":
            assert sent_to_sign_in(knock(browser, door, address, token)), door.line


def test_nobody_who_was_banned_enters_anywhere(app: Flask) -> None:
    browser = person(app, Role.ADMINISTRATOR)
    token = browser.token()
    with transaction(db.session):
        db.session.execute(sa.update(User).values(banned=True))
    for door, address in doors(app):
        if door.who != "anybody":
            assert sent_to_sign_in(knock(browser, door, address, token)), door.line


@pytest.mark.parametrize("role", list(Role))
def test_each_role_enters_exactly_where_its_permissions_lead(app: Flask, role: Role) -> None:
    browser = person(app, role)
    token = browser.token()
    for door, address in doors(app):
        if door.permission is not None:
            status = knock(browser, door, address, token).status
            assert (status == 403) == (door.permission not in PERMISSIONS[role]), f"{role} {door.line}: {status}"


def test_whoever_has_signed_in_enters_their_own_pages(app: Flask) -> None:
    browser = person(app, Role.AUDITOR)
    for door, address in doors(app):
        if door.who == "signed in":
            if browser.send("GET", "/account").status != 200:
                browser.sign_in(Role.AUDITOR.value)  # the door before led out
            answer = knock(browser, door, address, browser.token())
            assert door.rule == LEADING_OUT or not sent_to_sign_in(answer), door.line


def test_what_is_open_to_anybody_asks_nobody_to_sign_in(app: Flask) -> None:
    with transaction(db.session):
        settings.change("hubenabled", "1")
        settings.change("privacy", "search")
    browser = visitor(app)
    token = browser.token()
    for door, address in doors(app):
        if door.who == "anybody":
            answer = knock(browser, door, address, token)
            assert "next=" not in str(answer.location), door.line
            assert answer.status < 500, f"{door.line}: {answer.status}"


def test_a_dangerous_door_asks_again_who_it_is_when_the_last_proof_is_old(app: Flask) -> None:
    browser = person(app, Role.ADMINISTRATOR)
    token = browser.token()
    with transaction(db.session):
        long_ago = clock.now() - timedelta(hours=1)
        db.session.execute(sa.update(UserSession).values(proved_at=long_ago))
    for door, address in doors(app):
        if door.confirmed == "yes":
            answer = knock(browser, door, address, token)
            asks = "/account/confirm" in (answer.location or "") or "confirm_target" in answer.text
            assert asks, f"{door.line}: {answer.status}"


def test_b_07_a_form_without_its_token_is_answered_400_everywhere(app: Flask) -> None:
    browser = person(app, Role.ADMINISTRATOR)
    for rule in rules(app, "POST"):
        if not exempt(app, rule):
            assert browser.send("POST", path(rule)).status == 400, str(rule)


def test_only_what_machines_call_does_without_the_token(app: Flask) -> None:
    """The first POST of siteregistration.php checks by itself, as it may come from a site's page."""
    without = {str(rule) for rule in rules(app, "POST") if exempt(app, rule)}
    assert without <= {
        "/local/hub/webservice/webservices.php",
        "/local/hub/webservice/upload.php",
        "/local/hub/siteregistration.php",
        "/login/token.php",  # says only that there is nothing to be had
    }


def test_looking_at_any_page_of_the_rooms_changes_nothing(app: Flask) -> None:
    browser = person(app, Role.ADMINISTRATOR)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(EventRow))
    acting = "confirm=1&trust=1&id=1&delete=1&visible=1&courseid=1&bulkselect=bulkdelete&bulk-1=1&stolen=1&sesskey=x"
    for rule in rules(app, "GET"):
        if str(rule).startswith(ROOMS):
            assert browser.send("GET", f"{path(rule)}?{acting}&act=remove&ids=1&confirmed=1").status < 500, str(rule)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EventRow)) == before
