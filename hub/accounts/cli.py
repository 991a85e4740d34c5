"""Commands about people."""

from __future__ import annotations

import getpass
import sys
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from hub.access import Role
from hub.accounts import factors, invitations, listing, mails, people, resets, standing
from hub.accounts.models import Invitation, User
from hub.commands import as_json, json_option, say, table
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db

group = AppGroup("people", help="People who run the hub: who, as what, invited, banned.")

_ROLE = click.Choice([role.value for role in Role])
_REASON = click.option("--reason", default="", help="Why; kept with the event.")
_PRINT = click.option("--print", "shown", is_flag=True, help="Print the link too, for a hub without mail.")


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


@group.command("list")
@json_option
def list_people(json: bool) -> None:
    """List the people, by name."""
    found = listing.lines(db.session.scalars(listing.found()).all())
    rows = [_row(line.user) | {"sessions": line.sessions, "second_factor": line.has_factor} for line in found]
    shown = ["id", "username", "email", "role", "banned", "signed_in_at", "sessions", "second_factor"]
    as_json(rows) if json else table(rows, shown)


@group.command()
@click.argument("email")
@click.argument("role", type=_ROLE)
@_PRINT
@json_option
def invite(email: str, role: str, shown: bool, json: bool) -> None:
    """Ask EMAIL by mail to help run the hub as ROLE."""
    with transaction(db.session):
        invited, token = invitations.invite(email, Role(role), by=COMMAND)
    _tell_invitation(invited, "is on its way", mails.address("/invitation", token) if shown else "", json)


@group.command("invitations")
@json_option
def list_invitations(json: bool) -> None:
    """List the open invitations, the newest first."""
    rows = [_invitation(invited) for invited in invitations.open_ones()]
    as_json(rows) if json else table(rows, ["id", "email", "role", "sent_at", "expires_at"])


@group.command("send-again")
@click.argument("invitation_id", type=int)
@_PRINT
@json_option
def send_again(invitation_id: int, shown: bool, json: bool) -> None:
    """Send invitation INVITATION_ID once more, with a new link."""
    with transaction(db.session):
        invited = invitations.get(invitation_id)
        token = invitations.send_again(invited, by=COMMAND)
    _tell_invitation(invited, "is on its way again", mails.address("/invitation", token) if shown else "", json)


@group.command()
@click.argument("invitation_id", type=int)
@json_option
def withdraw(invitation_id: int, json: bool) -> None:
    """Let the link of invitation INVITATION_ID open nothing any more."""
    with transaction(db.session):
        invited = invitations.get(invitation_id)
        invitations.withdraw(invited, by=COMMAND)
    _tell_invitation(invited, "is withdrawn", "", json)


@group.command()
@click.argument("username")
@click.argument("role", type=_ROLE)
@_REASON
@json_option
def role(username: str, role: str, reason: str, json: bool) -> None:
    """Give USERNAME another ROLE."""
    with transaction(db.session):
        user = people.get_named(username)
        standing.change_role(user, Role(role), by=COMMAND, reason=reason)
    _tell(user, f"{user.username} is {user.role.value} now.", json)


@group.command()
@click.argument("username")
@_REASON
@json_option
def ban(username: str, reason: str, json: bool) -> None:
    """Keep USERNAME out from now on."""
    with transaction(db.session):
        user = people.get_named(username)
        standing.ban(user, by=COMMAND, reason=reason)
    _tell(user, f"{user.username} is banned.", json)


@group.command()
@click.argument("username")
@_REASON
@json_option
def unban(username: str, reason: str, json: bool) -> None:
    """Let USERNAME sign in again."""
    with transaction(db.session):
        user = people.get_named(username)
        standing.unban(user, by=COMMAND, reason=reason)
    _tell(user, f"{user.username} may sign in again.", json)


@group.command()
@click.argument("username")
@_REASON
@json_option
def delete(username: str, reason: str, json: bool) -> None:
    """Forget who USERNAME was; what they did stays in the log under their number."""
    with transaction(db.session):
        user = people.get_named(username)
        standing.delete(user, by=COMMAND, reason=reason)
    _tell(user, f"{username} is deleted, and is {user.actor} in the log.", json)


@group.command("end-sessions")
@click.argument("username")
@json_option
def end_sessions(username: str, json: bool) -> None:
    """Sign USERNAME out everywhere."""
    with transaction(db.session):
        user = people.get_named(username)
        standing.end_sessions(user, by=COMMAND)
    _tell(user, f"{user.username} is signed out everywhere.", json)


@group.command("reset-factors")
@click.argument("username")
@_REASON
@json_option
def reset_factors(username: str, reason: str, json: bool) -> None:
    """Take every second factor from USERNAME, whose phone is lost; the password alone lets them in then."""
    with transaction(db.session):
        user = people.get_named(username)
        factors.remove_all(user, by=COMMAND, reason=reason)
    _tell(user, f"{user.username} signs in by the password alone, until new second factors are set up.", json)


@group.command("reset-password")
@click.argument("username")
@_PRINT
@json_option
def reset_password(username: str, shown: bool, json: bool) -> None:
    """Mail USERNAME a link by which they choose a new password."""
    with transaction(db.session):
        user = people.get_named(username)
        token = resets.send(user, by=COMMAND)
    link = mails.address("/reset", token)
    if json:
        as_json([_row(user) | ({"link": link} if shown else {})])
    else:
        say(f"A link is on its way to {user.email}." + (f" It is: {link}" if shown else ""))


def _row(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "role": user.role.value,
        "banned": user.banned,
        "signed_in_at": user.signed_in_at,
    }


def _invitation(invited: Invitation) -> dict[str, Any]:
    return {
        "id": invited.id,
        "email": invited.email,
        "role": invited.role.value,
        "sent_at": invited.sent_at,
        "expires_at": invited.expires_at,
    }


def _tell_invitation(invited: Invitation, what: str, link: str, json: bool) -> None:
    if json:
        as_json([_invitation(invited) | ({"link": link} if link else {})])
    else:
        say(f"The invitation of {invited.email} {what}." + (f" Its link: {link}" if link else ""))


def _tell(user: User, line: str, json: bool) -> None:
    as_json([_row(user)]) if json else say(line)


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
