"""Who may enter: walks every address of the hub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from hub.access import PERMISSIONS, Permission, Role
from hub.accounts import people
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND
from hub.extensions import csrf, db
from tests.support.pages import PASSWORD, Visitor, visitor

SEEING = {each for each in Permission if each.name.startswith("SEE_")}
OPEN_TO_POSTS = {
    "/setup": "asks for the one-time code",
    "/login": "asks for the password",
    "/local/hub/siteregistration.php": "sites register",
    "/local/hub/webservice/webservices.php": "asks for a token",
    "/local/hub/webservice/upload.php": "asks for a token",
}


def rules(app: Flask, method: str) -> Iterator[Rule]:
    """The addresses that take this method, our static files apart."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint != "static":
            yield rule


def declaration(app: Flask, rule: Rule) -> object:
    return getattr(app.view_functions[rule.endpoint], "access", None)


def path(rule: Rule) -> str:
    """The address with a number or a word in each of its gaps."""
    gaps = {name: 1 if "Integer" in type(each).__name__ else "x" for name, each in rule._converters.items()}
    return str(rule.build(gaps)[1])


def exempt(app: Flask, rule: Rule) -> bool:
    view = app.view_functions[rule.endpoint]
    by_blueprint = app.blueprints.get(rule.endpoint.split(".")[0]) in csrf._exempt_blueprints
    return by_blueprint or f"{view.__module__}.{view.__name__}" in csrf._exempt_views


def person(app: Flask, role: Role) -> Visitor:
    with transaction(db.session):
        people.create(role.value, f"{role.value}@hub.test", PASSWORD, role, by=COMMAND)
    return visitor(app).sign_in(role.value)


def test_every_door_says_who_may_enter(app: Flask) -> None:
    undeclared = [
        str(rule) for method in ("GET", "POST") for rule in rules(app, method) if declaration(app, rule) is None
    ]
    assert undeclared == []


def test_only_these_doors_take_posts_from_anybody(app: Flask) -> None:
    taking = {str(rule) for rule in rules(app, "POST") if declaration(app, rule) == "open to all"}
    unreviewed = {each for each in taking if each not in OPEN_TO_POSTS and "registration" not in each}
    assert unreviewed == set()


def test_the_moderators_rooms_ask_for_a_permission(app: Flask) -> None:
    without = [
        str(rule)
        for method in ("GET", "POST")
        for rule in rules(app, method)
        if str(rule).startswith(("/admin", "/local/hub/admin"))
        and not isinstance(declaration(app, rule), Permission)
        and "confirmregistration" not in str(rule)
    ]
    assert without == []


def test_every_act_asks_for_more_than_seeing(app: Flask) -> None:
    lax = [
        str(rule)
        for rule in rules(app, "POST")
        if str(rule).startswith(("/admin", "/local/hub/admin")) and declaration(app, rule) in SEEING
    ]
    assert lax == []


def test_whoever_has_not_signed_in_is_sent_to_do_so(app: Flask) -> None:
    browser = visitor(app)
    for rule in rules(app, "GET"):
        if declaration(app, rule) != "open to all":
            answer = browser.send("GET", path(rule))
            assert (answer.status, str(answer.location).startswith("/login?next=")) == (302, True), str(rule)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_enters_exactly_where_its_permissions_lead(app: Flask, role: Role) -> None:
    browser = person(app, role)
    token = browser.token()
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            wanted = declaration(app, rule)
            if isinstance(wanted, Permission):
                status = browser.send(method, path(rule), data={"csrf_token": token}).status
                assert (status == 403) == (wanted not in PERMISSIONS[role]), f"{role} {method} {rule}: {status}"


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
    }


def test_looking_at_any_page_of_the_rooms_changes_nothing(app: Flask) -> None:
    browser = person(app, Role.ADMINISTRATOR)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(EventRow))
    acting = "confirm=1&trust=1&id=1&delete=1&visible=1&courseid=1&bulkselect=bulkdelete&bulk-1=1&stolen=1&sesskey=x"
    for rule in rules(app, "GET"):
        if str(rule).startswith(("/admin", "/local/hub/admin")):
            assert browser.send("GET", f"{path(rule)}?{acting}&act=remove&ids=1&confirmed=1").status < 500, str(rule)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EventRow)) == before
