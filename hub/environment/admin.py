"""The room of the environment: what the hub needs around it, and whether its mail goes out."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub.access import Permission, requires
from hub.admin import menu
from hub.environment.requirements import examine_all
from hub.extensions import db, limiter
from hub.mail import jobs as mail

bp = Blueprint("environment_admin", __name__)

menu.add(_("Environment"), "environment_admin.index", Permission.SEE_SETTINGS, position=95)


@bp.get("/admin/environment")
@requires(Permission.SEE_SETTINGS)
def index() -> ResponseReturnValue:
    """Everything the hub needs, as found now."""
    return _page()


@bp.post("/admin/environment/mail")
@requires(Permission.CHANGE_SETTINGS)
@limiter.limit("10 per hour")
def send_mail() -> ResponseReturnValue:
    """Send a mail to whoever asks for it, and say what the mail server answered."""
    user = current_user._get_current_object()
    return _page(mail.tried(user.email, by=user))


def _page(tried: mail.Tried | None = None) -> str:
    db.session.rollback()  # nothing is open while disks and servers are asked
    return render_template("admin/environment.html", findings=examine_all(), tried=tried)
