"""Commands about sites, each a few lines over a rule."""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from typing import Any, TypeVar

import click
from flask.cli import AppGroup

from hub import exports
from hub.admin import savedviews, undoing
from hub.commands import acting, as_json, json_option, say, table
from hub.database import transaction
from hub.events.record import COMMAND, Event, record
from hub.extensions import db
from hub.registration import blocking, leaving
from hub.sites import (
    attention,
    checks,
    corrections,
    exporting,
    finding,
    jobs,
    listing,
    matters,
    messages,
    moderation,
    notes,
    visibility,
)
from hub.sites.finding import Order, SiteCriteria
from hub.sites.models import Reachability, Site, SiteCheck, SiteNote, SiteState

sites = AppGroup("sites", help="The Moodle sites that registered with this hub.")
secrets = AppGroup("secrets", help="The secrets by which sites are known.")

AT_THE_COMMAND_LINE = "decided at the command line"  # whoever has it answers for the whole hub

_url = click.argument("url")
_urls = click.argument("urls", metavar="URL...", nargs=-1, required=True)


Command = TypeVar("Command", bound=Callable[..., Any])


def _any_of(words: type[enum.StrEnum]) -> click.Choice[str]:
    return click.Choice([word.value for word in words])


_FILTERS = (
    click.option("--search", default="", help="Beginnings of words of the name, the description or the URL."),
    click.option("--contact", default="", help="The beginning of the contact's mail address."),
    click.option(
        "--state",
        type=click.Choice([*(state.value for state in SiteState), "all"]),
        default=SiteState.LIVE.value,
        show_default=True,
        help="Whether the sites are with us, left, or were removed.",
    ),
    click.option("--trusted/--untrusted", default=None, help="Only trusted sites, or only the others."),
    click.option("--visible/--hidden", default=None, help="Only visible sites, or only hidden ones."),
    click.option("--prioritised/--not-prioritised", default=None, help="Only prioritised sites, or only the others."),
    click.option("--country", default="", help="Code of two letters."),
    click.option("--language", default="", help="Code of two letters."),
    click.option("--version", default="", help="Of Moodle, such as 4.5, or 4 for all that begin so."),
    click.option("--reachability", type=_any_of(Reachability), help="Whether they answer."),
    click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Registered on that day or later."),
    click.option("--waiting", is_flag=True, help="Only sites with courses that wait for a moderator."),
    click.option("--sort", default=Order.STANDING.value, type=_any_of(Order), show_default=True, help="The order."),
    click.option("--descending", is_flag=True, help="The other way round."),
)


def _filtering(command: Command) -> Command:
    """Let the command take the filters and the order of the list; it gets them as ``asked``."""

    @wraps(command)
    def filtered(
        *args: Any, state: str, since: datetime | None, sort: str, reachability: str | None, **given: Any
    ) -> Any:
        names = {each.name for each in fields(SiteCriteria)} & given.keys()
        asked = SiteCriteria(
            state=None if state == "all" else SiteState(state),
            since=since.date() if since else None,
            order=Order(sort),
            reachability=Reachability(reachability) if reachability else None,
            **{name: given.pop(name) for name in names},
        )
        return command(*args, asked=asked, **given)

    for option in reversed(_FILTERS):
        option(filtered)
    return filtered  # type: ignore[return-value]  # wraps() keeps the signature


@sites.command("list")
@_filtering
@json_option
def list_sites(asked: SiteCriteria, json: bool) -> None:
    """List the sites, prioritised ones first."""
    rows = [_row(site) for site in finding.every(asked)]
    if json:
        as_json(rows)
    else:
        table(rows, ("id", "url", "name", "visible", "trusted", "prioritised", "state"))


@sites.command()
@_filtering
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(asked: SiteCriteria, kind: str) -> None:
    """Print the list with everything that a file of it says."""
    with transaction(db.session):
        exporting.note(" ".join(sys.argv[1:]), by=COMMAND)
    rows = exporting.rows(asked)
    for line in exports.as_csv(rows, exporting.COLUMNS) if kind == "csv" else exports.as_json(rows):
        click.echo(line, nl=False)


@sites.command()
@json_option
def views(json: bool) -> None:
    """List the saved views of the moderators, with the filters behind them."""
    names = ("id", "name", "owner_id", "shared", "chosen", "query")
    rows = [{name: getattr(view, name) for name in names} for view in savedviews.all_of("sites")]
    if json:
        as_json(rows)
    else:
        table(rows, names)


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


def _act(urls: Sequence[str], done: str, act: Callable[[Site], object], json: bool) -> None:
    """Do something to the live sites of these URLs, to all or to none, and say so."""
    with transaction(db.session), undoing.together():
        sites = [listing.get_by_url(url) for url in urls]
        for site in sites:
            act(site)
    if json:
        as_json([_row(site) for site in sites])
        return
    for site in sites:
        say(f"{site.url} is {done}.")


@sites.command()
@_urls
@acting
def show(urls: tuple[str, ...], reason: str, json: bool) -> None:
    """Let visitors see a site and its courses."""
    _act(urls, "visible", lambda site: moderation.show(site, by=COMMAND, reason=reason), json)


@sites.command()
@_urls
@acting
def hide(urls: tuple[str, ...], reason: str, json: bool) -> None:
    """Take a site and its courses out of visitors' sight."""
    _act(urls, "hidden", lambda site: moderation.hide(site, by=COMMAND, reason=reason), json)


@sites.command()
@_urls
@acting
def trust(urls: tuple[str, ...], reason: str, json: bool) -> None:
    """Let a site's courses be visible at once."""
    _act(urls, "trusted", lambda site: moderation.trust(site, by=COMMAND, reason=reason or AT_THE_COMMAND_LINE), json)


@sites.command()
@_urls
@acting
def untrust(urls: tuple[str, ...], reason: str, json: bool) -> None:
    """Let moderators look at each course of a site again."""
    _act(urls, "no longer trusted", lambda site: moderation.untrust(site, by=COMMAND, reason=reason), json)


@sites.command()
@_urls
@acting
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The priority ends by itself after this day.")
def prioritise(urls: tuple[str, ...], reason: str, until: datetime | None, json: bool) -> None:
    """List a site's courses before others; implies trust."""
    why = reason or AT_THE_COMMAND_LINE
    end = until.replace(tzinfo=UTC) + timedelta(days=1) if until else None
    _act(urls, "prioritised", lambda site: moderation.prioritise(site, by=COMMAND, reason=why, until=end), json)


@sites.command()
@_urls
@acting
def unprioritise(urls: tuple[str, ...], reason: str, json: bool) -> None:
    """List a site's courses among the others."""
    _act(urls, "no longer prioritised", lambda site: moderation.unprioritise(site, by=COMMAND, reason=reason), json)


@sites.command()
@_urls
@acting
@click.option("--with-courses", is_flag=True, help="Remove its courses and their files as well.")
def remove(urls: tuple[str, ...], reason: str, with_courses: bool, json: bool) -> None:
    """Remove a site and tell its contact; its token ends at once."""
    _act(urls, "removed", lambda site: leaving.remove(site, by=COMMAND, reason=reason, with_courses=with_courses), json)


@sites.command()
@_urls
@acting
@click.option("--courses", type=click.IntRange(min=0), help="In 24 hours; left out: as the hub's settings say.")
@click.option("--megabytes", type=click.IntRange(min=0), help="Of files a day; left out: as the hub's settings say.")
def quota(urls: tuple[str, ...], reason: str, courses: int | None, megabytes: int | None, json: bool) -> None:
    """Say how much a site may publish and send."""
    size = None if megabytes is None else megabytes * 1_000_000
    wanted = {"publications_a_day": courses, "bytes_a_day": size}
    _act(
        urls, "limited as you said", lambda site: moderation.set_quota(site, by=COMMAND, reason=reason, **wanted), json
    )


@sites.command()
@_url
@click.option("--name")
@click.option("--new-url", "new_url", help="The site keeps its identity, its token and its courses.")
@click.option("--description")
@click.option("--contact-name")
@click.option("--contact-email")
@click.option("--language", help="A code such as en or pt_br.")
@click.option("--country", "country_code", help="Code of two letters.")
@json_option
def edit(url: str, new_url: str | None, json: bool, **given: str | None) -> None:
    """Correct what a site told about itself."""
    wanted = corrections.read({**given, "url": new_url})
    _act([url], "corrected", lambda site: moderation.edit(site, wanted, by=COMMAND), json)


@sites.command()
@_url
@click.argument("text")
@json_option
def note(url: str, text: str, json: bool) -> None:
    """Write something down about a site for the moderators."""
    with transaction(db.session):
        written = notes.write(listing.get_by_url(url), text, by=COMMAND)
    as_json([_note_row(written)]) if json else say("The note is kept.")


@sites.command("notes")
@_url
@json_option
def list_notes(url: str, json: bool) -> None:
    """List what moderators wrote down about the site at URL, the newest first."""
    rows = [_note_row(written) for written in notes.of(listing.find_by_url(url) or listing.get_left(url))]
    as_json(rows) if json else table(rows, ("id", "written_at", "actor", "text"))


def _note_row(written: SiteNote) -> dict[str, Any]:
    return {name: getattr(written, name) for name in ("id", "site_id", "actor", "written_at", "edited_at", "text")}


@sites.command("matters")
@json_option
def list_matters(json: bool) -> None:
    """List what about sites waits for a look, the oldest first."""
    waiting = db.session.execute(matters.waiting())
    rows = [
        {"id": matter.id, "url": site.url, "matter": matter.kind.value, "since": matter.opened_at}
        for matter, site in waiting
    ]
    as_json(rows) if json else table(rows, ("id", "url", "matter", "since"))


@sites.command("close-matter")
@_url
@click.argument("number", type=int)
@json_option
def close_matter(url: str, number: int, json: bool) -> None:
    """Note that matter NUMBER about the site at URL is dealt with."""
    site = listing.find_by_url(url) or listing.get_left(url)
    with transaction(db.session):
        attention.close(site, number, by=COMMAND)
    as_json([{"id": number, "url": site.url}]) if json else say("Noted as dealt with.")


@sites.command()
@_urls
@acting
@click.option("--subject", required=True)
@click.option("--text", required=True)
def message(urls: tuple[str, ...], reason: str, subject: str, text: str, json: bool) -> None:
    """Mail something to the contact of a site."""
    send = partial(messages.send, by=COMMAND, subject=subject, text=text, reason=reason)
    _act(urls, "written to", send, json)


@sites.command()
@_url
@json_option
def undo(url: str, json: bool) -> None:
    """Take back the newest act on the site at URL that can be undone, whether it is still with us or not."""
    with transaction(db.session):
        site = listing.find_by_url(url) or listing.get_left(url)
        newest = undoing.of(site, 1)
        if not newest:
            raise undoing.NothingToUndo
        done = undoing.undo(newest[0].id, by=COMMAND)
        said = f"Undone for {site.url}: {done.act}. {undoing.notice_of(done)}".rstrip()
    as_json([_row(site)]) if json else say(said)


@sites.command()
@_url
@json_option
def check(url: str, json: bool) -> None:
    """Ask the site at URL now whether it answers, and let it be judged as after any check."""
    with transaction(db.session):
        site = listing.get_by_url(url)
        claimed = checks.claim_one(site)
        record(Event.SITE_CHECK_ASKED, site, by=COMMAND)
    jobs.check([claimed])
    row = _check_row(checks.newest(listing.get(claimed.site_id), 1)[0])
    if json:
        as_json([row])
    else:
        say(f"{url} {'answers' if row['reachable'] else 'does not answer: ' + row['detail']} (state: {row['state']}).")


@sites.command("checks")
@_url
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@json_option
def list_checks(url: str, limit: int, json: bool) -> None:
    """List what became of asking the site at URL, the newest first."""
    rows = [_check_row(check) for check in checks.newest(listing.get_by_url(url), limit)]
    if json:
        as_json(rows)
    else:
        table(rows, ("at", "reachable", "counted", "state", "status", "cause", "seconds"))


def _check_row(check: SiteCheck) -> dict[str, Any]:
    names = ("at", "reachable", "counted", "status", "cause", "detail", "seconds")
    return {**{name: getattr(check, name) for name in names}, "state": check.state.value}


@sites.command()
@_url
@json_option
def why(url: str, json: bool) -> None:
    """Say why the public list names the site at URL, or why not."""
    site = listing.find_by_url(url) or listing.get_left(url)
    rows = visibility.rows(visibility.why(site.id))
    as_json(rows) if json else table(rows, ("rule", "holds", "sentence", "since", "by", "changed_by"))


@secrets.command()
@_url
@acting
def block(url: str, reason: str, json: bool) -> None:
    """Block the secret of the site at URL: it is removed, and that secret never registers again."""
    _act(
        [url], "removed, and its secret is blocked", lambda site: blocking.block(site, by=COMMAND, reason=reason), json
    )
