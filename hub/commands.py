"""How commands speak: one clear line, a table for people, JSON for programs, a sentence instead of a traceback."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from hub.errors import HubError
from hub.extensions import db
from hub.readiness import obstacle

Command = TypeVar("Command", bound=Callable[..., Any])

Row = dict[str, Any]


def json_option(command: Command) -> Command:
    """Let the command take ``--json`` and pass it on as ``json``."""
    return click.option("--json", is_flag=True, help="Print a list of objects, for programs.")(command)


def acting(command: Command) -> Command:
    """Let the command take what every act takes: why, and whether a program asks."""
    return click.option("--reason", default="", help="Why; kept with the event in the log.")(json_option(command))


def say(line: str) -> None:
    """One clear line about what was done."""
    click.echo(line)


def as_json(rows: Sequence[Row]) -> None:
    """The rows as a list of objects; moments in ISO 8601."""
    click.echo(json_format.dumps(rows, default=_plain, ensure_ascii=False, indent=2))


def table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """The rows as a table of these columns, as wide as they need when nobody is looking."""
    grid = Table(box=box.SIMPLE_HEAD)
    for name in columns:
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_shown(row[name])) for name in columns))
    Console(width=None if sys.stdout.isatty() else 200).print(grid)


def speaking(command: click.Command) -> click.Command:
    """The same command, ending with a sentence and a status that is not 0 where an error can be named."""
    invoke = partial(type(command).invoke, command)  # of its class: a second application wraps nothing twice

    def speak(context: click.Context) -> Any:
        try:
            return invoke(context)
        except HubError as error:
            raise click.ClickException(error.message) from error
        except DBAPIError as error:
            db.session.rollback()
            if not (reason := obstacle()):
                raise
            raise click.ClickException(reason) from error

    command.invoke = speak  # type: ignore[method-assign, assignment]  # of this one object
    return command


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
