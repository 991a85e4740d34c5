"""Whether the queue wakes anybody."""

from __future__ import annotations

import sqlite3

import redis
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from hub.environment.requirements import Finding, add, failed, good
from hub.jobs.queue import Queue, is_embedded

_UNREACHABLE = (sqlite3.Error, redis.RedisError, OSError)


def _queue() -> Finding:
    queue: Queue = current_app.extensions["hub_queue"]
    try:
        waiting = queue.huey.pending_count()
    except _UNREACHABLE as error:
        return failed(
            _("The queue cannot be reached: %(cause)s", cause=str(error)),
            _("Check HUB_QUEUE_URL, and that the server runs. Work waits meanwhile; none is lost."),
        )
    if is_embedded(queue.app):
        return good(_("In the data folder, %(count)s waiting; hub serve works it off.", count=waiting))
    return good(_("Reached, %(count)s waiting. Let hub worker run beside hub serve.", count=waiting))


add("queue", lazy("Queue"), _queue, position=36)
