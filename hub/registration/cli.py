"""Commands about those who wait for a confirmation, each a few lines over a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from flask import current_app
from flask.cli import AppGroup

from hub import clock
from hub.commands import acting, as_json, json_option, say, table
from hub.database import retrying, transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.registration import blocks, evidence, moving, replacing
from hub.registration.models import Attempt, Block, Move
from hub.sites.models import Site
from hub.sites.probe import UPDATE_SECONDS

Asking = TypeVar("Asking", Attempt, Move)

moves = AppGroup("moves", help="Sites that say they moved to another host, and wait for a confirmation.")
attempts = AppGroup("attempts", help="Unknown sites that ask for an address which is registered already.")

_number = click.argument("number", type=click.IntRange(1, 2**31 - 1))


@moves.command("list")
@json_option
def list_moves(json: bool) -> None:
    """List the moves that wait, oldest first."""
    found = db.session.execute(moving.waiting(clock.now()).add_columns(Site).join(Site, Site.id == Move.site_id))
    rows = [
        _row(move, site) | {"new_url": move.new_url, "asked": move.asked_at, "until": moving.expires_at(move)}
        for move, site in found
    ]
    _print(rows, ("id", "site_id", "url", "new_url", "came_from", "asked", "told", "until"), json)


@attempts.command("list")
@json_option
def list_attempts(json: bool) -> None:
    """List the unknown sites that wait for a taken address, oldest first."""
    waiting = replacing.waiting(clock.now())
    found = db.session.execute(waiting.add_columns(Site).join(Site, Site.id == Attempt.site_id))
    rows = [
        _row(attempt, site)
        | {"name": attempt.details.get("name", ""), "asked": attempt.opened_at, "until": replacing.expires_at(attempt)}
        for attempt, site in found
    ]
    _print(rows, ("id", "site_id", "url", "name", "came_from", "asked", "told", "until"), json)


def _row(asking: Attempt | Move, site: Site) -> dict[str, Any]:
    return {
        "id": asking.id,
        "site_id": site.id,
        "url": site.url,
        "came_from": asking.address,
        "told": asking.mailed_to,
        "mailed": asking.mailed_at,
    }


def _print(rows: list[dict[str, Any]], columns: tuple[str, ...], json: bool) -> None:
    if json:
        as_json(rows)
    else:
        table(rows, columns)


def _act(
    get: Callable[[int], Asking], number: int, rule: Callable[..., object], reason: str, done: str, json: bool
) -> None:
    def decide() -> Asking:
        asking = get(number)
        rule(asking, by=COMMAND, reason=reason)
        return asking

    asking = retrying(db.session, decide)
    row = {"id": number, "site_id": asking.site_id, "state": asking.state.value}
    as_json([row]) if json else say(done)


@moves.command("accept")
@_number
@acting
def accept_move(number: int, reason: str, json: bool) -> None:
    """Accept a move: the site registers again from its new address."""
    done = "The site has moved."
    _act(moving.get_waiting, number, moving.admit, reason, done, json)


@moves.command("refuse")
@_number
@acting
def refuse_move(number: int, reason: str, json: bool) -> None:
    """Refuse a move: the site stays where it is."""
    done = "The site stays."
    _act(moving.get_waiting, number, moving.refuse, reason, done, json)


@moves.command("block")
@_number
@acting
def block_move(number: int, reason: str, json: bool) -> None:
    """Refuse a move, and keep out for a week who asked for it."""
    done = "The site stays, and who asked is kept out for a week."
    _act(moving.get_waiting, number, moving.block, reason, done, json)


@moves.command("ask-again")
@_number
@acting
def ask_again_about_move(number: int, reason: str, json: bool) -> None:
    """Mail the contact of the site about a move once more."""
    done = "The contact is asked again."
    _act(moving.get_waiting, number, moving.ask_again, reason, done, json)


@moves.command("examine")
@_number
@json_option
def examine_move(number: int, json: bool) -> None:
    """Ask both addresses of a move whether they answer."""
    _examine(moving.get_waiting, number, json)


@attempts.command("accept")
@_number
@acting
def accept_attempt(number: int, reason: str, json: bool) -> None:
    """Let an unknown site take the place of the registered one, with its courses."""
    done = "The site is let in: it registers again and is known."
    _act(replacing.get_open, number, replacing.admit_by_moderator, reason, done, json)


@attempts.command("refuse")
@_number
@acting
def refuse_attempt(number: int, reason: str, json: bool) -> None:
    """Refuse an unknown site: the registered one stays."""
    done = "The registered site stays."
    _act(replacing.get_open, number, replacing.refuse, reason, done, json)


@attempts.command("block")
@_number
@acting
def block_attempt(number: int, reason: str, json: bool) -> None:
    """Refuse an unknown site, and keep it out for a week."""
    done = "The registered site stays, and who asked is kept out for a week."
    _act(replacing.get_open, number, replacing.block, reason, done, json)


@attempts.command("ask-again")
@_number
@acting
def ask_again_about_attempt(number: int, reason: str, json: bool) -> None:
    """Mail the contact of the registered site once more."""
    done = "The contact is asked again."
    _act(replacing.get_open, number, replacing.ask_again, reason, done, json)


@attempts.command("examine")
@_number
@json_option
def examine_attempt(number: int, json: bool) -> None:
    """Ask the address of an attempt whether it answers."""
    _examine(replacing.get_open, number, json)


def _examine(get: Callable[[int], Any], number: int, json: bool) -> None:
    urls = evidence.urls(get(number))
    db.session.rollback()
    ask = current_app.extensions["hub_probe"]
    seen = {which: (url, ask(url, UPDATE_SECONDS)) for which, url in urls.items()}
    with transaction(db.session):
        evidence.note(get(number), seen, by=COMMAND)
    if json:
        as_json([{"which": which, "url": url, "reachable": each.reachable} for which, (url, each) in seen.items()])
        return
    answers = (f"{url} {'answers' if result.reachable else 'does not answer'}" for url, result in seen.values())
    say(f"{'; '.join(answers)}.")


@attempts.command("blocked")
@json_option
def list_blocks(json: bool) -> None:
    """List who is kept out of which site, of attempts and of moves."""
    rows = [
        {
            "id": block.id,
            "site_id": block.site_id,
            "url": url,
            "concerns": block.concerns.value,
            "address": block.address,
            "until": block.ends_at,
            "reason": block.reason,
        }
        for block, url in db.session.execute(
            blocks.holding().add_columns(Site.url).join(Site, Site.id == Block.site_id)
        )
    ]
    _print(rows, ("id", "site_id", "url", "concerns", "address", "until", "reason"), json)


@attempts.command("unblock")
@_number
@acting
def lift_block(number: int, reason: str, json: bool) -> None:
    """Let somebody who is kept out ask again; NUMBER is that of the block."""
    with transaction(db.session):
        site = blocks.lift(number, by=COMMAND, reason=reason)
    row = {"id": number, "site_id": site.id, "url": site.url}
    as_json([row]) if json else say(f"Who was kept out of {site.url} may ask again.")
