"""Commands about the settings that administrators change while the hub runs."""

from __future__ import annotations

from typing import Any, BinaryIO

import click
from flask.cli import AppGroup

from hub.commands import as_json, json_option, say, table
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import changing, declared, logo
from hub.storage.files import files

group = AppGroup("settings", help="What administrators change while the hub runs.")


@group.command("list")
@json_option
def list_settings(json: bool) -> None:
    """All settings with their values; secret ones are not shown."""
    rows = [_row(name) for name in declared.declarations()]
    as_json(rows) if json else table(rows, ["name", "value", "default", "help"])


@group.command("get")
@click.argument("name")
@json_option
def get_setting(name: str, json: bool) -> None:
    """The value of NAME; of a secret one only whether it is set."""
    row = _row(name)
    as_json([row]) if json else say(_text(row["value"]))


@group.command("set")
@click.argument("name")
@click.argument("value")
@json_option
def set_setting(name: str, value: str, json: bool) -> None:
    """Give NAME the VALUE; empty text empties it."""
    changing.require_password_of_use({name: value})
    with transaction(db.session):
        changing.change_all({name: value}, by=COMMAND)
    _told(name, json)


@group.command("reset")
@click.argument("name")
@json_option
def reset_setting(name: str, json: bool) -> None:
    """Give NAME its default again."""
    with transaction(db.session):
        changing.reset(name, by=COMMAND)
        changing.drop_password_of_open_hub(by=COMMAND)
    _told(name, json)


@group.command("logo")
@click.argument("picture", type=click.File("rb"))
@json_option
def take_logo(picture: BinaryIO, json: bool) -> None:
    """Show the PICTURE in this file as the hub's logo; hub settings reset hublogo removes it."""
    taken = logo.read(picture)
    with transaction(db.session):
        logo.promise(taken)
    logo.store(taken, files())
    with transaction(db.session):
        logo.adopt(taken, by=COMMAND)
    _told(logo.setting.name, json)


def _told(name: str, json: bool) -> None:
    row = _row(name)
    as_json([row]) if json else say(f"{name} is now {_text(row['value']) or 'empty'}.")


def _row(name: str) -> dict[str, Any]:
    declaration = declared.declaration(name)
    value = declared.current(name)
    return {
        "name": name,
        "value": ("(not shown)" if value else "") if declaration.secret else value,
        "default": declaration.default,
        "section": declaration.section.value,
        "help": str(declaration.help),
    }


def _text(value: object) -> str:
    if value is None:
        return ""
    return {True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)
