"""The room of personal data: what is kept about somebody, a copy for them, and erasing it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub.access import Permission, confirmed, requires
from hub.admin import menu
from hub.database import transaction
from hub.exports import json_text
from hub.extensions import db
from hub.privacy import persons
from hub.privacy.forms import PersonForm

bp = Blueprint("privacy_admin", __name__)

menu.add(_("Personal data"), "privacy_admin.index", Permission.SEE_PERSONAL_DATA, position=85)


@bp.get("/admin/personal-data")
@requires(Permission.SEE_PERSONAL_DATA)
def index() -> ResponseReturnValue:
    """Whose data?"""
    return render_template("admin/personal_data.html", form=PersonForm(formdata=None))


@bp.post("/admin/personal-data")
@requires(Permission.HANDLE_PERSONAL_DATA)
def look() -> ResponseReturnValue:
    """What is kept about this person."""
    form = PersonForm()
    if not form.validate():
        return render_template("admin/personal_data.html", form=form), 422
    try:
        address = persons.read_address(form.address.data)
    except persons.AddressMissing as error:
        return render_template("admin/personal_data.html", form=form, complaint=error.message), 422
    return render_template("admin/personal_data.html", form=form, address=address, found=persons.find(address))


@bp.post("/admin/personal-data/export")
@requires(Permission.HANDLE_PERSONAL_DATA)
def export() -> ResponseReturnValue:
    """A copy for the person."""
    with transaction(db.session):
        copy = persons.export(_address(), by=current_user._get_current_object())
    headers = {"Content-Disposition": 'attachment; filename="personal-data.json"', "Cache-Control": "no-store"}
    return Response(json_text(copy, indent=2), mimetype="application/json", headers=headers)


@bp.post("/admin/personal-data/erase")
@requires(Permission.HANDLE_PERSONAL_DATA)
@confirmed
def erase() -> ResponseReturnValue:
    """Take the person out of everything that can do without."""
    with transaction(db.session):
        counts = persons.erase(_address(), by=current_user._get_current_object())
    flash(gettext("Erased from %(count)s rows.", count=sum(counts.values())), "success")
    return redirect(url_for(".index"))


def _address() -> str:
    return persons.read_address(PersonForm().address.data or "")
