"""Commands about people."""

from __future__ import annotations

import getpass
import sys

import click
from flask.cli import with_appcontext

from hub.access import Role
from hub.accounts import people
from hub.commands import as_json, json_option, say
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db


@click.command("create-admin")
@click.argument("username")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
@with_appcontext
def create_admin(username: str, email: str, password_stdin: bool, json: bool) -> None:
    """Make USERNAME, who is reached at EMAIL, an administrator of this hub."""
    password = _password(password_stdin)
    with transaction(db.session):
        user = people.create(username, email, password, Role.ADMINISTRATOR, by=COMMAND)
    if json:
        as_json([{"id": user.id, "username": user.username, "email": user.email, "role": user.role.value}])
    else:
        say(f"{user.username} is an administrator now.")


def _password(from_stdin: bool) -> str:
    """The first line of standard input, or what is typed twice at a terminal; never a prompt for a program."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.ClickException("No terminal to ask for a password: pass it with --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise click.ClickException("The two passwords differ. Run the command again.")
    return password
