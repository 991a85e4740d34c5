"""Commands about what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from hub.commands import as_json, json_option, say, table
from hub.events import log
from hub.events.log import LogFilter
from hub.events.verifying import broken_links

group = AppGroup("events", help="What happened, and whether the log is whole.")


@group.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="How many, the newest ones.")
@click.option("--kind", default="", help="Only what is called so, such as 'site trusted'.")
@click.option("--actor", default="", help="Only by this one: user:1, site:5, command, job:check-events.")
@click.option("--about", "subject", default=":", help="Only about this: site:5, course:12, or site for all sites.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Not before this day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Not after this day.")
@json_option
def list_events(
    limit: int, kind: str, actor: str, subject: str, since: datetime | None, until: datetime | None, json: bool
) -> None:
    """The newest events, eldest first."""
    subject_type, _colon, number = subject.partition(":")
    subject_id = int(number) if number.isdecimal() else None
    asked = LogFilter(kind, actor, subject_type, subject_id, since and since.date(), until and until.date())
    rows = [_row(each) for each in reversed(list(log.rows(asked, limit)))]
    as_json(rows) if json else table(rows, ["id", "at", "kind", "actor", "subject", "details"])


@group.command()
@json_option
def verify(json: bool) -> None:
    """Whether every event is there as it was written; the status is 1 when one is missing or was altered."""
    broken = list(broken_links())
    if json:
        as_json([{"problem": sentence} for sentence in broken])
    elif broken:
        say("\n".join(broken))
    else:
        say("Every event is there as it was written.")
    if broken:
        raise click.exceptions.Exit(1)


def _row(event: dict[str, Any]) -> dict[str, Any]:
    about = event["subject_type"]
    return {**event, "subject": about if event["subject_id"] is None else f"{about} {event['subject_id']}"}
