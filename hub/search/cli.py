"""Commands about the search index."""

from __future__ import annotations

from flask.cli import AppGroup
from rich.console import Console
from rich.progress import track

from hub.commands import say
from hub.database import transaction
from hub.extensions import db
from hub.search import backends, index

group = AppGroup("search", help="The search index.")


@group.command("rebuild")
def rebuild() -> None:
    """Index every course anew while the hub goes on; safe to interrupt and to repeat."""
    done = 0
    for batch in track(index.batches(), "Indexing courses", console=Console(stderr=True), transient=True):
        with transaction(db.session):
            index.follow(batch)
        done += len(batch)
    with transaction(db.session):
        backends.current().tidy()
    say(f"The search index is complete; {done} courses were looked at.")
