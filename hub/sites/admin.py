"""The moderators' pages about sites: list, look, act, correct."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub.access import Permission, requires
from hub.admin import menu
from hub.admin.acting import perform
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db
from hub.here import asked_number, asked_page
from hub.paging import page_of
from hub.sites import attention, listing, moderation, rooms
from hub.sites.acts import DESK
from hub.sites.forms import SiteFilter, SiteForm

bp = Blueprint("sites_admin", __name__)
SIZE = 50
_KEPT = {"search", "trusted", "countrycode", "language"}  # of the original's parameters: they look, and do nothing

menu.add(_("Sites"), "sites_admin.index", Permission.SEE_MODERATION, position=20)


@bp.get("/admin/sites")
@requires(Permission.SEE_MODERATION)
def index() -> ResponseReturnValue:
    """Sites as moderators look for them."""
    form = SiteFilter(request.args)
    page = page_of(listing.filtered(**form.value), asked_page(), SIZE)
    return render_template("admin/sites.html", form=form, page=page, acts=DESK.acts)


@bp.get("/admin/sites/<int(max=2147483647):site_id>")
@requires(Permission.SEE_MODERATION)
def look(site_id: int) -> ResponseReturnValue:
    """Everything known about a site."""
    site = listing.get(site_id)
    return render_template("admin/site.html", site=site, columns=rooms.parts_of(site, current_user))


@bp.post("/admin/sites/acts")
@requires(Permission.MODERATE_SITES)
def act() -> ResponseReturnValue:
    """Do something to a site, or to many."""
    return perform(DESK, back=url_for(".index"))


@bp.get("/admin/sites/<int(max=2147483647):site_id>/edit")
@requires(Permission.MODERATE_SITES)
def edit_form(site_id: int) -> ResponseReturnValue:
    """The form in which a moderator corrects what a site told."""
    site = listing.get(site_id)
    return render_template("admin/site_edit.html", site=site, form=SiteForm(obj=site))


@bp.post("/admin/sites/<int(max=2147483647):site_id>/edit")
@requires(Permission.MODERATE_SITES)
def edit(site_id: int) -> ResponseReturnValue:
    """Correct what a site told."""
    form = SiteForm()
    if not form.validate():
        return render_template("admin/site_edit.html", site=listing.get(site_id), form=form), 422
    try:
        with transaction(db.session):
            moderation.edit(listing.get(site_id), form.value, by=current_user._get_current_object())
    except listing.SiteNotFound:
        raise
    except HubError as error:
        site = listing.get(site_id)
        return render_template("admin/site_edit.html", site=site, form=form, complaint=error.message), 422
    flash(gettext("The site is corrected."), "success")
    return redirect(url_for(".look", site_id=site_id))


@bp.post("/admin/sites/<int(max=2147483647):site_id>/matters/<int(max=2147483647):matter_id>/close")
@requires(Permission.MODERATE_SITES)
def close_matter(site_id: int, matter_id: int) -> ResponseReturnValue:
    """Note that somebody has dealt with this."""
    with transaction(db.session):
        attention.close(listing.get(site_id), matter_id, by=current_user._get_current_object())
    flash(gettext("Noted as dealt with."), "success")
    return redirect(url_for(".look", site_id=site_id))


@bp.get("/local/hub/admin/managesites.php")
@bp.get("/local/hub/admin/stolensecret.php")
@requires(Permission.SEE_MODERATION)
def former_list() -> ResponseReturnValue:
    """The original's addresses of the list; whatever they asked to be done is not done."""
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in _KEPT and value}
    return redirect(url_for(".index", **kept))


@bp.get("/local/hub/admin/sitesettings.php")
@requires(Permission.SEE_MODERATION)
def former_page() -> ResponseReturnValue:
    """The original's address of a site's page."""
    site_id = asked_number("id")
    return redirect(url_for(".look", site_id=site_id) if site_id else url_for(".index"))
