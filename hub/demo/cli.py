"""``hub demo``: a living hub in two minutes."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from rich.progress import track

from hub.database import transaction
from hub.demo import filling
from hub.extensions import db

SITES, FEW_SITES = 400, 25


@click.command("demo")
@click.option("--small", is_flag=True, help=f"{FEW_SITES} sites instead of {SITES}.")
@with_appcontext
def demo(small: bool) -> None:
    """Fill an empty hub with sites and courses in a dozen languages."""
    if filling.anything_here():
        raise click.ClickException(
            "This hub has sites already, and the demo only fills an empty one. Set HUB_DATA_DIR to a new folder."
        )
    steps = list(filling.steps(FEW_SITES if small else SITES))
    for step in track(steps, "Sites and courses"):
        with transaction(db.session):
            step()
    counts = filling.counts()
    listed = counts.enrollable_count + counts.downloadable_count
    click.echo(f"The demo hub has {counts.site_count} sites and {listed} listed courses.")
