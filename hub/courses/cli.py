"""Commands about courses, each a few lines over a rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import click
from flask.cli import AppGroup

from hub import fields
from hub.commands import acting, as_json, json_option, say, table
from hub.courses import listing, moderation, visibility
from hub.courses.models import Course
from hub.courses.waiting import waiting as waiting_courses
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.sites import visibility as site_visibility

group = AppGroup("courses", help="The courses that sites publish here.")

_course_id = click.argument("course_id", metavar="ID", type=int)
Command = TypeVar("Command", bound=Callable[..., Any])

_READERS = {"course_url": fields.web_url, "demo_url": fields.web_url, "publisher_email": fields.email}


def _editing(command: Command) -> Command:
    """Let the command take each field that a moderator may correct."""
    for name in reversed(moderation.EDITABLE):
        command = click.option(f"--{name.replace('_', '-')}")(command)
    return command


@group.command("list")
@click.option("--waiting", is_flag=True, help="Only those of which something waits for a moderator.")
@click.option("--search", default="", help="Part of the name or the description.")
@json_option
def list_courses(waiting: bool, search: str, json: bool) -> None:
    """The courses that sites publish, the newest first; or those that wait, the longest first."""
    found = listing.filtered(search=search)
    if waiting:
        found = waiting_courses().where(*([listing.mentions(search)] if search.strip() else []))
    rows = [_row(course) for course in db.session.scalars(found)]
    as_json(rows) if json else table(rows, ["id", "state", "kind", "fullname", "site_id"])


@group.command()
@_course_id
@acting
def approve(course_id: int, reason: str, json: bool) -> None:
    """Let visitors see course ID as its site published it last: what waits of it, text and files, too."""
    _act(course_id, "approved", lambda course: moderation.approve(course, by=COMMAND, reason=reason), json)


@group.command()
@_course_id
@acting
def refuse(course_id: int, reason: str, json: bool) -> None:
    """Refuse what waits of course ID: a change is dropped, a new course hidden."""
    _act(course_id, "refused", lambda course: moderation.refuse(course, by=COMMAND, reason=reason), json)


@group.command()
@_course_id
@acting
def show(course_id: int, reason: str, json: bool) -> None:
    """Show course ID to visitors, as its site published it last: what waits of it is approved."""
    _act(course_id, "shown", lambda course: moderation.approve(course, by=COMMAND, reason=reason), json)


@group.command()
@_course_id
@acting
def hide(course_id: int, reason: str, json: bool) -> None:
    """Hide course ID from visitors; nothing that its site does undoes that."""
    _act(course_id, "hidden", lambda course: moderation.hide(course, by=COMMAND, reason=reason), json)


@group.command()
@_course_id
@acting
def remove(course_id: int, reason: str, json: bool) -> None:
    """Remove course ID and its files."""
    _act(course_id, "removed", lambda course: moderation.remove(course, by=COMMAND, reason=reason), json)


@group.command()
@_course_id
@_editing
@json_option
def edit(course_id: int, json: bool, **given: str | None) -> None:
    """Correct the listing of course ID; the next change of its site writes over it."""
    wanted = {name: _read(name, value) for name, value in given.items() if value is not None}
    _act(course_id, "corrected", lambda course: moderation.edit(course, wanted, by=COMMAND), json)


@group.command("remove-screenshot")
@_course_id
@click.argument("number", type=int)
@acting
def remove_screenshot(course_id: int, number: int, reason: str, json: bool) -> None:
    """Take screenshot NUMBER of course ID away; those behind it move up."""
    remove = partial(moderation.remove_screenshot, number=number, by=COMMAND, reason=reason)
    _act(course_id, f"without its screenshot {number}", remove, json)


@group.command()
@_course_id
@json_option
def why(course_id: int, json: bool) -> None:
    """Say why visitors find course ID, or why not."""
    course = listing.get_including_hidden(course_id)
    rows = site_visibility.rows(visibility.explained(course.id))
    as_json(rows) if json else table(rows, ["rule", "holds", "sentence", "since", "by", "changed_by"])


def _act(course_id: int, done: str, act: Callable[[Course], None], json: bool) -> None:
    with transaction(db.session):
        course = listing.get_including_hidden(course_id)
        act(course)
    if json:
        as_json([_row(course)])
        return
    say(f"Course {course.id} ({course.fullname}) is {done}; state: {listing.state(course)}.")


def _read(name: str, value: str) -> str:
    try:
        return _READERS[name](value) if value and name in _READERS else value
    except ValueError as error:
        raise click.ClickException(f"The {name.replace('_', ' ')} cannot be used: {error}.") from error


def _row(course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "site_id": course.site_id,
        "fullname": course.fullname,
        "kind": course.kind.value,
        "state": listing.state(course),
    }
