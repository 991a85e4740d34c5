"""Commands about what happened."""

from __future__ import annotations

from typing import Any

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from hub.commands import as_json, json_option, say, table
from hub.events.models import EventDetails, EventRow
from hub.events.record import broken_links
from hub.extensions import db

group = AppGroup("events", help="What happened, and whether the log is whole.")


@group.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="How many, the newest ones.")
@json_option
def list_events(limit: int, json: bool) -> None:
    """The newest events, eldest first."""
    newest = (
        sa.select(EventRow, EventDetails.details)
        .outerjoin(EventDetails, EventDetails.event_id == EventRow.id)
        .order_by(EventRow.id.desc())
        .limit(limit)
    )
    rows = [_row(event, details) for event, details in reversed(db.session.execute(newest).all())]
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


def _row(event: EventRow, details: dict[str, Any] | None) -> dict[str, Any]:
    subject = f"{event.subject_type} {event.subject_id}" if event.subject_id is not None else event.subject_type
    return {
        "id": event.id,
        "at": event.at,
        "kind": event.kind,
        "actor": event.actor,
        "subject": subject,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "details": details or {},
    }
