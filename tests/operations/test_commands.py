"""Commands print one clear line for people, a list of objects for programs, and a sentence where something fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from hub import cli, clock
from hub.access import Role
from hub.accounts import people
from hub.commands import as_json, say, table
from hub.database import transaction
from hub.events.models import EventRow
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.settings import declared
from tests.factories import make_course, make_site

FOREIGN = {"db", "limiter"}  # of the libraries
LISTS = [
    ["settings", "list"],
    ["settings", "get", "name"],
    ["events", "list"],
    ["events", "verify"],
    ["mail", "list"],
    ["mail", "list", "--waiting"],
    ["mail", "retry"],
    ["sites", "list"],
    ["courses", "list"],
    ["courses", "list", "--waiting"],
    ["sites", "matters"],
    ["sites", "notes", "https://commands.example.org"],
    ["sites", "note", "https://commands.example.org", "A note"],
    ["sites", "hide", "https://commands.example.org"],
    ["sites", "edit", "https://commands.example.org", "--name", "Another"],
    ["courses", "hide", "1"],
    ["courses", "approve", "1", "--reason", "fine"],
    ["courses", "edit", "1", "--fullname", "Algebra"],
]


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Somebody at the command line, as a program would be: no terminal."""
    return app.test_cli_runner()


def queued_mail(**values: object) -> OutgoingMail:
    mail = OutgoingMail(
        name="news",
        message_id="<1@hub.test>",
        recipient="ann@example.org",
        subject="News",
        body="Hello\n",
        queued_at=clock.now(),
        **({"next_attempt_at": clock.now()} | values),
    )
    with transaction(db.session):
        db.session.add(mail)
    return mail


def commands(group: dict[str, click.Command], *path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.items():
        if isinstance(command, click.Group):
            yield from commands(command.commands, *path, name)
        else:
            yield " ".join((*path, name)), command


def test_every_command_says_what_it_does(app: Flask) -> None:
    ours = {name: command for name, command in app.cli.commands.items() if name not in FOREIGN}
    assert [name for name, command in commands(ours) if not (command.help or "").strip()] == []


def test_every_listing_command_speaks_json(app: Flask) -> None:
    listing = {name: command for name, command in commands(app.cli.commands) if name.endswith(" list")}
    assert {"sites list", "courses list", "settings list", "events list", "mail list"} <= listing.keys()
    assert [name for name, each in listing.items() if "json" not in {option.name for option in each.params}] == []


def test_the_guide_names_every_command_of_the_rooms(app: Flask) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "administrators.md").read_text()
    section = guide.partition("## At the command line\n")[2].partition("\n## ")[0]
    named = set()
    for group, rest in re.findall(r"`hub ([a-z-]+)([^`]*)`", section):
        named |= (
            {group} if not re.match(r" [a-z]", rest) else {f"{group} {name}" for name in re.findall(r"[a-z-]+", rest)}
        )
    ours = {name: command for name, command in app.cli.commands.items() if name not in FOREIGN}
    of_the_process = {"serve", "worker", "upgrade", "demo", "search rebuild"}
    assert {name for name, _ in commands(ours)} - named == of_the_process


def test_every_act_speaks_json(app: Flask) -> None:
    ours = {name: command for name, command in app.cli.commands.items() if name not in FOREIGN}
    mute = {name for name, each in commands(ours) if "json" not in {option.name for option in each.params}}
    assert mute == {
        "serve", "worker", "upgrade", "demo", "search rebuild",  # work that somebody looks at
        "sites export", "personal-data export",  # print nothing but data
    }  # fmt: skip


@pytest.mark.parametrize("arguments", LISTS, ids=" ".join)
def test_with_json_a_command_prints_a_list_of_objects(runner: FlaskCliRunner, arguments: list[str]) -> None:
    make_course(make_site(url="https://commands.example.org"))
    queued_mail()
    printed = runner.invoke(args=[*arguments, "--json"])
    assert printed.exit_code == 0, printed.output
    assert all(isinstance(each, dict) for each in json.loads(printed.stdout))


@pytest.mark.parametrize("arguments", LISTS, ids=" ".join)
def test_without_json_it_prints_something_for_people(runner: FlaskCliRunner, arguments: list[str]) -> None:
    make_course(make_site(url="https://commands.example.org", name="[bold]not markup[/bold]"))
    queued_mail()
    printed = runner.invoke(args=arguments)
    assert printed.exit_code == 0, printed.output
    assert printed.stdout.strip()
    assert not printed.stdout.startswith("[{")


def test_a_setting_is_set_and_the_change_is_an_event(runner: FlaskCliRunner) -> None:
    printed = runner.invoke(args=["settings", "set", "privacy", "search"])
    assert printed.stdout == "privacy is now search.\n"
    assert declared.current("privacy") == "search"
    assert db.session.scalars(db.select(EventRow.kind)).all() == ["setting changed"]


def test_switches_are_shown_as_they_are_written(runner: FlaskCliRunner) -> None:
    runner.invoke(args=["settings", "set", "hubenabled", "yes"])
    assert runner.invoke(args=["settings", "get", "hubenabled"]).stdout == "1\n"


def test_a_setting_can_be_emptied(runner: FlaskCliRunner) -> None:
    printed = runner.invoke(args=["settings", "set", "maxcoursesperday", ""])
    assert printed.stdout == "maxcoursesperday is now empty.\n"
    assert declared.current("maxcoursesperday") is None


def test_lists_do_not_show_secret_settings(runner: FlaskCliRunner) -> None:
    runner.invoke(args=["settings", "set", "password", "open sesame"])
    assert "sesame" not in runner.invoke(args=["settings", "list"]).stdout
    assert "sesame" not in runner.invoke(args=["settings", "list", "--json"]).stdout
    assert "sesame" not in runner.invoke(args=["events", "list", "--json"]).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["settings", "get", "nonsense"], "There is no setting 'nonsense'"),
        (["settings", "set", "privacy", "open"], "private, public, search"),
        (["mail", "retry", "999"], "There is no mail 999"),
        (["sites", "hide", "http://nowhere.example.org"], "nowhere.example.org"),
        (["courses", "hide", "999"], "999"),
        (["create-admin", "ann", "ann@example.org"], "--password-stdin"),
        (["create-admin", "ann", "nonsense", "--password-stdin"], "not a mail address"),
    ],
)
def test_what_fails_ends_with_a_sentence_and_no_traceback(
    runner: FlaskCliRunner, arguments: list[str], sentence: str
) -> None:
    printed = runner.invoke(args=arguments, input="a good password\n")
    assert printed.exit_code == 1
    assert isinstance(printed.exception, SystemExit)
    assert printed.stderr.startswith("Error: ")
    assert sentence in printed.stderr
    assert printed.stdout == ""


def test_an_administrator_is_made_with_a_password_from_standard_input(runner: FlaskCliRunner) -> None:
    printed = runner.invoke(
        args=["create-admin", "Ann", "ann@example.org", "--password-stdin"], input="a good password\n"
    )
    assert printed.stdout == "Ann is an administrator now.\n"
    user = people.admit("ann", people.prove("ann", "a good password"))
    assert user is not None
    assert user.role is Role.ADMINISTRATOR


def test_an_altered_event_is_told_and_the_status_says_so(runner: FlaskCliRunner) -> None:
    runner.invoke(args=["settings", "set", "privacy", "search"])
    with transaction(db.session):
        db.session.execute(db.update(EventRow).values(actor="somebody else"))
    printed = runner.invoke(args=["events", "verify"])
    assert (printed.exit_code, printed.stdout) == (1, "Event 1 was altered.\n")


def test_a_mail_that_was_given_up_is_listed_so_and_can_be_tried_again(runner: FlaskCliRunner) -> None:
    mail = queued_mail(next_attempt_at=None)
    assert json.loads(runner.invoke(args=["mail", "list", "--json"]).stdout)[0]["state"] == "given up"
    assert runner.invoke(args=["mail", "retry", str(mail.id)]).stdout == "1 to be tried again.\n"
    assert json.loads(runner.invoke(args=["mail", "list", "--json"]).stdout)[0]["state"] == "waiting"


def test_a_mail_that_was_sent_is_not_sent_again(runner: FlaskCliRunner) -> None:
    mail = queued_mail(next_attempt_at=None, sent_at=clock.now())
    assert runner.invoke(args=["mail", "retry", str(mail.id)]).stdout == "0 to be tried again.\n"


def test_text_from_sites_is_no_markup_and_json_keeps_its_letters(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"name": "[red]Žluťoučký[/red]", "moment": clock.now(), "on": True, "none": None}]
    table(rows, ["name", "moment", "on", "none"])
    as_json(rows)
    say("done")
    printed = capsys.readouterr().out
    assert printed.count("[red]Žluťoučký[/red]") == 2
    assert "yes" in printed


def test_hub_and_flask_offer_the_same_commands(app: Flask) -> None:
    assert {
        "serve",
        "worker",
        "upgrade",
        "demo",
        "create-admin",
        "settings",
        "sites",
        "courses",
        "events",
        "mail",
    } <= set(app.cli.commands)


def test_however_many_applications_a_process_has_had_a_command_still_answers(app: Flask) -> None:
    for _each in range(1200):
        cli.init_app(app)
    assert app.test_cli_runner().invoke(args=["settings", "get", "name"]).exit_code == 0
