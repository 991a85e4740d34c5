"""Commands about personal data."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from hub.commands import as_json, json_option, say
from hub.database import transaction
from hub.events.record import COMMAND
from hub.exports import json_text
from hub.extensions import db
from hub.privacy import jobs, persons

group = AppGroup("personal-data", help="What is kept about a person: a copy for them, and erasing it.")


@group.command()
@click.argument("address")
def export(address: str) -> None:
    """Print everything kept about the person of this mail ADDRESS, as JSON."""
    with transaction(db.session):
        copy = persons.export(persons.read_address(address), by=COMMAND)
    say(json_text(copy, indent=2))


@group.command()
@click.argument("address")
@json_option
def erase(address: str, json: bool) -> None:
    """Take the person of this mail ADDRESS out of everything that can do without."""
    with transaction(db.session):
        counts = persons.erase(persons.read_address(address), by=COMMAND)
    as_json([{"what": name, "count": count} for name, count in counts.items()]) if json else say(
        f"Erased from {sum(counts.values())} rows."
    )


@group.command()
@json_option
def forget(json: bool) -> None:
    """Forget now what has outlived its time, as the daily job does."""
    forgotten = jobs.forget_what_is_over()
    as_json([{"what": name, "count": count} for name, count in forgotten.items()]) if json else say(
        f"Forgotten: {sum(forgotten.values())} rows."
    )
