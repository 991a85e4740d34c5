"""The first page of the moderators' rooms."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hub.access import Permission, requires
from hub.admin import overview as day
from hub.admin import waiting

bp = Blueprint("admin", __name__)


@bp.get("/admin/")
@requires(Permission.SEE_MODERATION)
def overview() -> ResponseReturnValue:
    """What is wrong, what waits, what is new, and how the hub is."""
    return render_template(
        "admin/overview.html",
        concerns=waiting.counted(current_user),
        warnings=list(waiting.warnings(current_user)),
        lines=day.told(current_user),
        parts=day.shown(current_user),
    )
