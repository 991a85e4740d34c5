"""Commands about courses, each a few lines over a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from hub.commands import as_json, json_option, say, table
from hub.courses import listing, moderation, visibility
from hub.courses.models import Course
from hub.courses.waiting import waiting as waiting_courses
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.sites import visibility as site_visibility

group = AppGroup("courses", help="The courses that sites publish here.")

_course_id = click.argument("course_id", metavar="ID", type=int)
_reason = click.option("--reason", default="", help="Why; kept with the event in the log.")


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
@_reason
def show(course_id: int, reason: str) -> None:
    """Show course ID to visitors, as its site published it last: what waits of it is approved."""
    _act(course_id, "shown", lambda course: moderation.approve(course, by=COMMAND, reason=reason))


@group.command()
@_course_id
@_reason
def hide(course_id: int, reason: str) -> None:
    """Hide course ID from visitors; nothing that its site does undoes that."""
    _act(course_id, "hidden", lambda course: moderation.hide(course, by=COMMAND, reason=reason))


@group.command()
@_course_id
@_reason
def remove(course_id: int, reason: str) -> None:
    """Remove course ID and its files."""
    _act(course_id, "removed", lambda course: moderation.remove(course, by=COMMAND, reason=reason))


@group.command()
@_course_id
@json_option
def why(course_id: int, json: bool) -> None:
    """Say why visitors find course ID, or why not."""
    course = listing.get_including_hidden(course_id)
    rows = site_visibility.rows(visibility.explained(course.id))
    as_json(rows) if json else table(rows, ["rule", "holds", "sentence", "since", "by", "changed_by"])


def _act(course_id: int, done: str, act: Callable[[Course], None]) -> None:
    with transaction(db.session):
        course = listing.get_including_hidden(course_id)
        act(course)
    say(f"Course {course.id} ({course.fullname}) is {done}; state: {listing.state(course)}.")


def _row(course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "site_id": course.site_id,
        "fullname": course.fullname,
        "kind": course.kind.value,
        "state": listing.state(course),
    }
