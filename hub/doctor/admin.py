"""The moderators' way to the doctor."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from hub.access import Permission, requires
from hub.admin import menu
from hub.doctor import reports
from hub.here import local

bp = Blueprint("doctor_admin", __name__)

menu.add(_("Connection doctor"), "doctor.look", Permission.SEE_MODERATION, position=28)


@bp.get("/local/hub/admin/checksiteconnectivity.php")
@requires(Permission.SEE_MODERATION)
def former_check() -> ResponseReturnValue:
    """The original's address of its check."""
    url = request.args.get("url", "")
    return redirect(local(reports.doctor_url(url) if url else "/doctor"))
