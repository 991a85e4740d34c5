"""The moderators' pages about sites: list, look, act, correct."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub import exports
from hub.access import Permission, ask_for_proof, requires
from hub.accounts.models import User
from hub.accounts.returning import local_path
from hub.admin import menu, savedviews, undoing
from hub.admin.acting import perform
from hub.database import retrying, transaction
from hub.errors import HubError
from hub.extensions import db
from hub.here import asked_number
from hub.sites import attention, exporting, finding, listing, moderation, notes, rooms
from hub.sites.acts import DESK
from hub.sites.columns import COLUMNS, Column
from hub.sites.forms import SiteFilter, SiteForm, ViewForm

bp = Blueprint("sites_admin", __name__)
ROOM = "sites"
_KEPT = {"search", "trusted", "countrycode", "language"}  # of the original's parameters: they look, and do nothing

menu.add(_("Sites"), "sites_admin.index", Permission.SEE_MODERATION, position=20)


@bp.get("/admin/sites")
@requires(Permission.SEE_MODERATION)
def index() -> ResponseReturnValue:
    """Sites as moderators look for them; those of the view that somebody sees first, when nothing was asked for."""
    views = savedviews.of(ROOM, _person())
    first = next((view for view in views if view.chosen and view.owner_id == _person().id), None)
    if first and not request.args:
        return redirect(f"{url_for('.index')}?{first.query or 'state=live'}")
    form = SiteFilter(request.args)
    asked = form.value
    return render_template(
        "admin/sites.html",
        form=form,
        found=finding.find(asked, after=asked_number("after"), before=asked_number("before")),
        asked=asked,
        columns=[Column(order, label, asked) for order, label in COLUMNS],
        acts=DESK.acts,
        views=views,
        query=savedviews.tidy(request.query_string.decode()),
        view_form=ViewForm(),
    )


@bp.post("/admin/sites/export")
@requires(Permission.EXPORT_LISTS)
def export() -> ResponseReturnValue:
    """The list that was looked at as a file, all of it; that somebody took it is an event."""
    asked = SiteFilter(request.args).value
    with transaction(db.session):
        exporting.note(request.query_string.decode(), by=_person())
    csv = request.form.get("format") == "csv"
    rows = exporting.rows(asked)
    lines = exports.as_csv(rows, exporting.COLUMNS) if csv else exports.as_json(rows)
    kind = "csv" if csv else "json"
    headers = {"Content-Disposition": f'attachment; filename="sites.{kind}"', "Cache-Control": "no-store"}
    return Response(stream_with_context(lines), mimetype=f"{'text' if csv else 'application'}/{kind}", headers=headers)


@bp.post("/admin/sites/views")
@requires(Permission.MODERATE_SITES)
def save_view() -> ResponseReturnValue:
    """Keep the filters and the order of the list under a name."""
    form = ViewForm()
    query, shared, chosen = request.form.get("query", ""), form.shared.data, form.chosen.data
    with transaction(db.session):
        view = savedviews.save(ROOM, form.name.data or "", query, owner=_person(), shared=shared, chosen=chosen)
        name, query = view.name, view.query
    flash(gettext("The view %(name)s is saved.", name=name), "success")
    return redirect(f"{url_for('.index')}?{query or 'state=live'}")


@bp.post("/admin/sites/views/<int(max=2147483647):view_id>")
@requires(Permission.MODERATE_SITES)
def change_view(view_id: int) -> ResponseReturnValue:
    """Share one's view, see it first, or delete it."""
    form = ViewForm()
    with transaction(db.session):
        view = savedviews.get_own(ROOM, view_id, _person())
        if request.form.get("act") == "delete":
            savedviews.delete(view, by=_person())
        else:
            savedviews.change(view, by=_person(), shared=form.shared.data, chosen=form.chosen.data)
    flash(gettext("The views are as you want them."), "success")
    return redirect(f"{url_for('.index')}?state=live")


@bp.post("/admin/sites/undo/<batch>")
@requires(Permission.MODERATE_SITES)
def undo(batch: str) -> ResponseReturnValue:
    """Take back what was done to one site or, at once, to many."""
    if _was_grave(batch) and not current_user.proved_lately:
        return ask_for_proof()
    back = local_path(request.form.get("back")) or url_for(".index")
    try:
        undone = retrying(db.session, lambda: undoing.undo_batch(batch, by=_person()))
    except HubError as error:
        flash(error.message, "error")
        return redirect(back)
    flash(gettext("Undone: %(count)s.", count=len(undone)), "success")
    for notice in sorted({undoing.notice_of(done) for done in undone} - {""}):
        flash(notice, "info")
    return redirect(back)


def _was_grave(batch: str) -> bool:
    return any(DESK.acts[done.act].grave for done in undoing.of_batch(batch) if done.act in DESK.acts)


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
        retrying(db.session, lambda: moderation.edit(listing.get(site_id), form.value, by=_person()))
    except listing.SiteNotFound:
        raise
    except HubError as error:
        site = listing.get(site_id)
        return render_template("admin/site_edit.html", site=site, form=form, complaint=error.message), 422
    flash(gettext("The site is corrected."), "success")
    return redirect(url_for(".look", site_id=site_id))


@bp.post("/admin/sites/<int(max=2147483647):site_id>/notes")
@requires(Permission.MODERATE_SITES)
def write_note(site_id: int) -> ResponseReturnValue:
    """Write something down for the other moderators."""
    with transaction(db.session):
        notes.write(listing.get(site_id), request.form.get("text", ""), by=_person())
    flash(gettext("The note is kept."), "success")
    return redirect(url_for(".look", site_id=site_id, _anchor="notes"))


@bp.get("/admin/sites/<int(max=2147483647):site_id>/notes/<int(max=2147483647):note_id>")
@requires(Permission.MODERATE_SITES)
def note_form(site_id: int, note_id: int) -> ResponseReturnValue:
    """The form in which one changes one's own note."""
    site = listing.get(site_id)
    return render_template("admin/site_note.html", site=site, note=notes.get(site, note_id), longest=notes.LONGEST)


@bp.post("/admin/sites/<int(max=2147483647):site_id>/notes/<int(max=2147483647):note_id>")
@requires(Permission.MODERATE_SITES)
def change_note(site_id: int, note_id: int) -> ResponseReturnValue:
    """Let one's own note say something else, or take it away."""
    with transaction(db.session):
        if request.form.get("act") == "delete":
            notes.delete(listing.get(site_id), note_id, by=_person())
        else:
            notes.edit(listing.get(site_id), note_id, request.form.get("text", ""), by=_person())
    flash(gettext("The notes are as you want them."), "success")
    return redirect(url_for(".look", site_id=site_id, _anchor="notes"))


@bp.post("/admin/sites/<int(max=2147483647):site_id>/matters/<int(max=2147483647):matter_id>/close")
@requires(Permission.MODERATE_SITES)
def close_matter(site_id: int, matter_id: int) -> ResponseReturnValue:
    """Note that somebody has dealt with this."""
    with transaction(db.session):
        attention.close(listing.get(site_id), matter_id, by=_person())
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


def _person() -> User:
    person: User = current_user._get_current_object()
    return person
