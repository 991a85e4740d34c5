"""hub people: what the room does, for operators."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from hub.access import Role
from hub.accounts import people
from hub.accounts.models import User
from hub.extensions import db
from tests.accounts.conftest import kinds, make_person
from tests.support.pages import PASSWORD, visitor


def run(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=["people", *arguments])
    db.session.rollback()
    db.session.expire_all()
    return result


def rows(app: Flask, *arguments: str) -> list[dict[str, Any]]:
    result = run(app, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.fixture(autouse=True)
def ada(app: Flask) -> User:
    return make_person("Ada", Role.ADMINISTRATOR)


def test_the_list_says_who_is_what(app: Flask, eve: User) -> None:
    assert [(row["username"], row["role"], row["banned"]) for row in rows(app, "list")] == [
        ("Ada", "administrator", False),
        ("Eve", "moderator", False),
    ]


def test_an_invitation_can_be_printed_sent_again_and_withdrawn(app: Flask) -> None:
    assert "link" not in rows(app, "invite", "new@hub.test", "auditor")[0]
    [invited] = rows(app, "invite", "new@hub.test", "moderator", "--print")
    path = invited["link"].removeprefix("http://hub.test")
    assert "as moderator" in visitor(app).get(path).words
    assert [each["id"] for each in rows(app, "invitations")] == [invited["id"]]
    [again] = rows(app, "send-again", str(invited["id"]), "--print")
    visitor(app).get(path, status=410)
    rows(app, "withdraw", str(invited["id"]))
    visitor(app).get(again["link"].removeprefix("http://hub.test"), status=410)
    assert run(app, "withdraw", str(invited["id"])).exit_code != 0


def test_roles_bans_sessions_and_deletion_each_leave_one_event(app: Flask, eve: User) -> None:
    browser, before = visitor(app).sign_in("eve"), len(kinds())
    assert rows(app, "role", "eve", "auditor", "--reason", "asked")[0]["role"] == "auditor"
    rows(app, "end-sessions", "eve")
    browser.get("/account", status=302)
    assert rows(app, "ban", "eve")[0]["banned"] is True
    rows(app, "unban", "eve")
    rows(app, "delete", "eve")
    assert kinds()[before:] == ["role changed", "sessions ended", "user banned", "user unbanned", "user deleted"]


def test_a_link_for_a_new_password_can_be_printed_on_a_hub_without_mail(app: Flask, eve: User) -> None:
    [row] = rows(app, "reset-password", "eve", "--print")
    token = row["link"].partition("token=")[2]
    visitor(app).post("/reset", token=token, password="a good new password")
    assert people.prove("eve", PASSWORD) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ban", "nobody"), "There is no user 'nobody'"),
        (("ban", "ada"), "the last administrator"),
        (("role", "ada", "moderator"), "the last administrator"),
        (("delete", "ada"), "the last administrator"),
        (("invite", "no address", "moderator"), "is not a mail address"),
        (("invite", "a@hub.test", "emperor"), "emperor"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_with_a_status(
    app: Flask, arguments: tuple[str, ...], words: str
) -> None:
    result = run(app, *arguments)
    assert result.exit_code != 0
    assert words in result.output
    assert "Traceback" not in result.output
