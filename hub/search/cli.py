"""Commands about the search index."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import track

from hub.database import transaction
from hub.extensions import db
from hub.search import backends, index

search_commands = AppGroup("search", help="The search index.")


@search_commands.command("rebuild")
def rebuild() -> None:
    """Index every course anew, while the hub goes on; safe to repeat and to interrupt."""
    done = 0
    for batch in track(index.batches(), "Indexing courses", console=Console(stderr=True)):
        with transaction(db.session):
            index.follow(batch)
        done += len(batch)
    with transaction(db.session):
        backends.current().tidy()
    click.echo(f"{done} courses looked at; the search index is complete.")
