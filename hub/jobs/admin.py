"""What moderators are told about the worker: whether it works, and when it last did."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from flask_babel import format_datetime, gettext
from flask_babel import lazy_gettext as _

from hub import clock
from hub.access import Permission
from hub.admin import overview
from hub.admin.overview import Condition

PATIENCE = timedelta(minutes=2)  # the worker looks around every few seconds; one long job may hold it up


def _worker() -> Condition:
    last = current_app.extensions["hub_queue"].last_worked()
    if last is None:
        return Condition(gettext("It has not worked yet: no mail leaves. Start it."), well=False)
    when = format_datetime(last, "yyyy-MM-dd HH:mm")
    if clock.now() - last > PATIENCE:
        return Condition(gettext("It last worked %(when)s UTC. Start it again.", when=when), well=False)
    return Condition(gettext("It works, last at %(when)s UTC.", when=when))


overview.tell(
    _("Worker"),
    _worker,
    "environment_admin.index",
    Permission.SEE_MODERATION,
    opened_with=Permission.SEE_SETTINGS,
    position=20,
)
