"""The event log for moderators: filtered, newest first, as a file, and whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime, gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub import exports
from hub.access import Permission, requires
from hub.admin import history, menu, overview, waiting
from hub.admin.overview import Condition
from hub.database import transaction
from hub.events import log, verifying
from hub.events.forms import EventFilter
from hub.events.jobs import JOB
from hub.events.log import LogFilter
from hub.events.models import EventRow
from hub.events.record import Event, record
from hub.extensions import db
from hub.here import asked_page
from hub.jobs.queue import wake
from hub.paging import page_of

bp = Blueprint("events_admin", __name__)
SIZE = 50
NEWEST = 8  # that the overview shows
_PAGES = {"site": "/admin/sites/", "course": "/admin/courses/", "outgoing_mail": "/admin/mail/"}  # of subjects
_COMINGS_AND_GOINGS = (Event.USER_SIGNED_IN.value, Event.USER_SIGNED_OUT.value)  # too many to be news

menu.add(_("Events"), "events_admin.index", Permission.SEE_EVENTS, position=70)


def _warn_of_a_broken_log() -> str | None:
    last = verifying.last_look()
    if last is None or not last.problem_count:
        return None
    return gettext("The event log is not as it was written: %(what)s", what=last.problems[0])


def _log() -> Condition:
    last = verifying.last_look()
    if last is None:
        return Condition(gettext("The worker looks through it once a day; it has not done so yet."))
    when = format_datetime(last.at, "yyyy-MM-dd HH:mm")
    if last.problem_count:
        return Condition(gettext("Not as it was written, seen %(when)s UTC.", when=when), well=False)
    return Condition(gettext("Whole, looked through %(when)s UTC.", when=when))


def _newest() -> Mapping[str, Any]:
    told = log.newest(LogFilter()).where(EventRow.kind.not_in(_COMINGS_AND_GOINGS))
    newest = db.session.scalars(told.limit(NEWEST)).all()
    return {"lines": history.lines(newest), "pages": _PAGES}


waiting.warn(_warn_of_a_broken_log, Permission.SEE_SETTINGS)
overview.tell(_("Event log"), _log, "events_admin.index", Permission.SEE_EVENTS, position=40)
overview.show("events", _newest, Permission.SEE_EVENTS, position=20)


@bp.get("/admin/events")
@requires(Permission.SEE_EVENTS)
def index() -> ResponseReturnValue:
    """What happened."""
    form = EventFilter(request.args)
    page = page_of(log.newest(form.value), asked_page(), SIZE)
    return render_template(
        "admin/events.html",
        form=form,
        page=page,
        lines=history.lines(page.items),
        pages=_PAGES,
        last_look=verifying.last_look(),
    )


@bp.post("/admin/events/export")
@requires(Permission.EXPORT_LISTS)
def export() -> ResponseReturnValue:
    """The events asked for as a file; that somebody took it is an event too."""
    asked = EventFilter(request.form).value
    with transaction(db.session):
        log.note_export(asked, by=current_user._get_current_object())
    csv = request.form.get("format") == "csv"
    lines = exports.as_csv(log.rows(asked), log.COLUMNS) if csv else exports.as_json(log.rows(asked))
    kind = "csv" if csv else "json"
    headers = {"Content-Disposition": f'attachment; filename="events.{kind}"', "Cache-Control": "no-store"}
    return Response(stream_with_context(lines), mimetype=f"{'text' if csv else 'application'}/{kind}", headers=headers)


@bp.post("/admin/events/verify")
@requires(Permission.CHANGE_SETTINGS)
def verify() -> ResponseReturnValue:
    """Let the log be looked through now: by the worker, as it may be long."""
    with transaction(db.session):
        record(Event.EVENTS_VERIFIED, None, by=current_user._get_current_object())
        wake(JOB)
    flash(gettext("The worker looks through the log. Come back in a minute."), "info")
    return redirect(url_for(".index"))
