"""Commands about sites, each a few lines over a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from hub.commands import as_json, json_option, say, table
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration import blocking, leaving
from hub.sites import listing, moderation
from hub.sites.models import Site, SiteState

sites = AppGroup("sites", help="The Moodle sites that registered with this hub.")
secrets = AppGroup("secrets", help="The secrets by which sites are known.")

AT_THE_COMMAND_LINE = "decided at the command line"  # whoever has it answers for the whole hub

_reason = click.option("--reason", default="", help="Why; kept with the event in the log.")
_url = click.argument("url")


@sites.command("list")
@click.option("--search", default="", help="Part of the name, the description or the URL.")
@click.option(
    "--state",
    type=click.Choice([*(state.value for state in SiteState), "all"]),
    default=SiteState.LIVE.value,
    show_default=True,
    help="Whether the sites are with us, left, or were removed.",
)
@click.option("--trusted/--untrusted", default=None, help="Only trusted sites, or only the others.")
@click.option("--visible/--hidden", default=None, help="Only visible sites, or only hidden ones.")
@click.option("--country", default="", help="Code of two letters.")
@click.option("--language", default="", help="Code of two letters.")
@json_option
def list_sites(search: str, state: str, json: bool, **wanted: Any) -> None:
    """List the sites, prioritised ones first."""
    chosen = None if state == "all" else SiteState(state)
    rows = [_row(site) for site in db.session.scalars(listing.filtered(search=search, state=chosen, **wanted))]
    if json:
        as_json(rows)
    else:
        table(rows, ("id", "url", "name", "visible", "trusted", "prioritised", "state"))


def _row(site: Site) -> dict[str, Any]:
    return {
        "id": site.id,
        "url": site.url,
        "name": site.name,
        "visible": site.visible,
        "trusted": site.trusted,
        "prioritised": site.prioritised,
        "state": site.state.value,
    }


def _act(url: str, done: str, act: Callable[[Site], object]) -> None:
    """Do something to the live site of this URL, and say so."""
    with transaction(db.session):
        site = listing.get_by_url(url)
        act(site)
    say(f"{site.url} is {done}.")


@sites.command()
@_url
@_reason
def show(url: str, reason: str) -> None:
    """Let visitors see a site and its courses."""
    _act(url, "visible", lambda site: moderation.show(site, by=COMMAND, reason=reason))


@sites.command()
@_url
@_reason
def hide(url: str, reason: str) -> None:
    """Take a site and its courses out of visitors' sight."""
    _act(url, "hidden", lambda site: moderation.hide(site, by=COMMAND, reason=reason))


@sites.command()
@_url
@_reason
def trust(url: str, reason: str) -> None:
    """Let a site's courses be visible at once."""
    _act(url, "trusted", lambda site: moderation.trust(site, by=COMMAND, reason=reason or AT_THE_COMMAND_LINE))


@sites.command()
@_url
@_reason
def untrust(url: str, reason: str) -> None:
    """Let moderators look at each course of a site again."""
    _act(url, "no longer trusted", lambda site: moderation.untrust(site, by=COMMAND, reason=reason))


@sites.command()
@_url
@_reason
def prioritise(url: str, reason: str) -> None:
    """List a site's courses before others; implies trust."""
    _act(url, "prioritised", lambda site: moderation.prioritise(site, by=COMMAND, reason=reason or AT_THE_COMMAND_LINE))


@sites.command()
@_url
@_reason
def unprioritise(url: str, reason: str) -> None:
    """List a site's courses among the others."""
    _act(url, "no longer prioritised", lambda site: moderation.unprioritise(site, by=COMMAND, reason=reason))


@sites.command()
@_url
@_reason
@click.option("--with-courses", is_flag=True, help="Remove its courses and their files as well.")
def remove(url: str, reason: str, with_courses: bool) -> None:
    """Remove a site and tell its contact; its token ends at once."""
    _act(url, "removed", lambda site: leaving.remove(site, by=COMMAND, reason=reason, with_courses=with_courses))


@secrets.command()
@_url
@_reason
def block(url: str, reason: str) -> None:
    """Block the secret of the site at URL: it is removed, and that secret never registers again."""
    _act(url, "removed, and its secret is blocked", lambda site: blocking.block(site, by=COMMAND, reason=reason))
