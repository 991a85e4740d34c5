"""The page where administrators change the hub's settings."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub.access import Permission, requires
from hub.admin import menu, waiting
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db
from hub.settings import changing, declared, logo
from hub.settings.forms import LogoForm, SettingsForm, settings_form, stored_texts
from hub.storage.files import files

bp = Blueprint("settings_admin", __name__)

_SECTIONS = (
    (_("The hub"), ("hubenabled", "name", "description", "language", "contactname", "contactemail")),
    (_("Who may search and register"), ("privacy", "password", "searchfornologin")),
)
_REST = _("Limits and details")
_ELSEWHERE = {logo.setting.name}  # changed by an act of its own, not as text

menu.add(_("Settings"), "settings_admin.index", Permission.SEE_SETTINGS, position=90)


def _closed() -> str | None:
    if declared.current("hubenabled"):
        return None
    return gettext("This hub is closed: no site registers, publishes or searches. Open it in the settings.")


waiting.warn(_closed)


@bp.get("/admin/settings")
@requires(Permission.SEE_SETTINGS)
def index() -> ResponseReturnValue:
    """Every setting with its value and its help."""
    return _page(_form()(data=stored_texts()))


@bp.post("/admin/settings")
@requires(Permission.CHANGE_SETTINGS)
def change() -> ResponseReturnValue:
    """Store all settings, or none when one of them does not fit."""
    form = _form()()
    try:
        with transaction(db.session):
            changing.change_all(form.texts, by=current_user._get_current_object())
    except changing.SettingsInvalid as error:
        form.complain(error.complaints)
        return _page(form), 422
    flash(gettext("The settings are saved."), "success")
    return redirect(url_for(".index"))


@bp.post("/admin/settings/logo")
@requires(Permission.CHANGE_SETTINGS)
def upload_logo() -> ResponseReturnValue:
    """Take a new logo: its file is stored between two transactions, so that neither can leave half of it."""
    form = LogoForm()
    if not form.validate():
        return _page(_form()(formdata=None, data=stored_texts()), form), 422
    try:
        picture = logo.read(form.picture.data.stream)
    except HubError as error:
        form.picture.errors = [error.message]
        return _page(_form()(formdata=None, data=stored_texts()), form), 422
    with transaction(db.session):
        logo.promise(picture)
    logo.store(picture, files())
    with transaction(db.session):
        logo.adopt(picture, by=current_user._get_current_object())
    flash(gettext("The logo is changed."), "success")
    return redirect(url_for(".index"))


@bp.post("/admin/settings/logo/remove")
@requires(Permission.CHANGE_SETTINGS)
def remove_logo() -> ResponseReturnValue:
    """Go back to the hub's own sign."""
    with transaction(db.session):
        logo.remove(by=current_user._get_current_object())
    flash(gettext("The logo is removed."), "success")
    return redirect(url_for(".index"))


@bp.get("/local/hub/admin/settings.php")
@requires(Permission.SEE_SETTINGS)
def former_address() -> ResponseReturnValue:
    """The original's address of this page."""
    return redirect(url_for(".index"), 301)


def _form() -> type[SettingsForm]:
    return settings_form(_shown())


def _shown() -> list[declared.Declaration]:
    return [each for each in declared.declarations().values() if each.name not in _ELSEWHERE]


def _page(form: SettingsForm, logo_form: LogoForm | None = None) -> str:
    return render_template(
        "admin/settings.html",
        form=form,
        sections=list(_sections(form)),
        logo_form=logo_form or LogoForm(formdata=None),
        logo=logo.address(),
    )


def _sections(form: SettingsForm) -> Iterator[tuple[str, list[str]]]:
    placed = {name for _title, names in _SECTIONS for name in names}
    for title, names in _SECTIONS:
        yield title, [name for name in names if name in form]
    yield _REST, [each.name for each in _shown() if each.name not in placed]
