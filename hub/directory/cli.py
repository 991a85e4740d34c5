"""Commands about the registration with a directory, each a few lines over a rule."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from hub.commands import as_json, json_option, say
from hub.database import retrying
from hub.directory import errands, jobs, membership
from hub.directory.models import Membership
from hub.directory.settings import directoryurl
from hub.directory.steps import State
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared

group = AppGroup("directory", help="This hub's registration with a directory of hubs.")


@group.command()
@json_option
def register(json: bool) -> None:
    """Begin a registration; an administrator opens the printed address in a browser."""
    address = retrying(db.session, lambda: membership.ask(by=COMMAND))
    _answer(json, f"Open this address to go on at the directory:\n{address}", address=address)


@group.command()
@click.option("--token", required=True, help="The token that this hub sent, as it came back.")
@click.option("--newtoken", required=True, help="The token that the directory gave.")
@json_option
def confirm(token: str, newtoken: str, json: bool) -> None:
    """Confirm the registration with what the directory sent back."""
    found = retrying(db.session, lambda: membership.confirm(token, newtoken, by=COMMAND))
    _answer(json, f"This hub is registered with {found.directory_url}.")


@group.command()
@json_option
def update(json: bool) -> None:
    """Tell the directory now what this hub is and offers."""
    errand = retrying(db.session, errands.take_update)
    jobs.tell(errand, by=COMMAND)
    _answer(json, f"{errand.url} has taken the update.")


@group.command()
@click.option("--force", is_flag=True, help="Clean up here without telling the directory.")
@json_option
def unregister(force: bool, json: bool) -> None:
    """Leave the directory; what it has not confirmed yet is withdrawn."""
    if force:
        url = retrying(db.session, lambda: membership.forget(by=COMMAND)).directory_url
        _answer(json, f"The registration with {url} is cleaned up here; the directory was not told.")
        return
    errand = retrying(db.session, lambda: errands.take_leave(by=COMMAND))
    if errand is not None:
        jobs.tell(errand, by=COMMAND)
    _answer(json, "This hub has left the directory." if errand else "The registration is withdrawn.")


@group.command()
@json_option
def stay(json: bool) -> None:
    """Take it back that the hub leaves, as long as the directory has not heard of it."""
    found = retrying(db.session, lambda: membership.stay(by=COMMAND))
    _answer(json, f"This hub stays registered with {found.directory_url}.")


@group.command()
@json_option
def status(json: bool) -> None:
    """Say where the registration stands, and what is missing before there can be one."""
    row = _row(membership.find_live())
    if json:
        as_json([row])
        return
    say(f"{row['state']}: {row['directory'] or 'no directory is set (hub settings set directoryurl …)'}")
    for name in ("asked_at", "confirmed_at", "updated_at", "next_attempt_at", "problem"):
        if row[name]:
            say(f"{name}: {row[name]}")
    for advice in row["lacking"]:
        say(f"missing: {advice}")


def _answer(json: bool, line: str, **more: Any) -> None:
    as_json([_row(membership.find_live()) | more]) if json else say(line)


def _row(found: Membership | None) -> dict[str, Any]:
    moments = ("asked_at", "confirmed_at", "leaving_at", "tried_at", "updated_at", "next_attempt_at")
    return {
        "state": found.state.value if found else "none",
        "directory": found.directory_url if found else declared.current(directoryurl.name),
        **{name: getattr(found, name, None) for name in moments},
        "problem": found.problem if found else "",
        "lacking": []
        if found and found.state is not State.ASKED
        else [str(each.advice) for each in membership.lacking()],
    }
